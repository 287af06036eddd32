import { API_VERSION } from '../../api/group.ts';
import type { CleanupAction } from '../../orphans/decide.ts';
import type { Printable } from '../print/objects.ts';
import { humanDuration } from '../print/age.ts';
import type { JudgedOrphan } from '../orphans/report.ts';

/** One thing that clean-up does, or does not do yet, and why; what `-o json` prints. */
export interface CleanupRow {
  apiVersion: string;
  kind: 'CleanupAction';
  /** Delete; Hold and Wait leave the volume; ByHand is a pod that nothing would make again; Approve releases. */
  action: 'Delete' | 'Hold' | 'Wait' | 'ByHand' | 'Approve';
  /** The object that it is about, as kubectl names it. */
  object: { kind: string; namespace?: string; name: string };
  volume: string;
  node: string;
  reason: string;
}

/** What clean-up would do about an orphan, in its order. */
export function rowsOf({ orphan, actions }: JudgedOrphan, now: number): CleanupRow[] {
  const volumeObject = { kind: 'persistentvolume', name: orphan.metadata.name };
  const row = (action: CleanupRow['action'], object: CleanupRow['object'], reason: string): CleanupRow => ({
    apiVersion: API_VERSION,
    kind: 'CleanupAction',
    action,
    object,
    volume: orphan.metadata.name,
    node: orphan.node,
    reason,
  });
  if (orphan.due !== undefined) {
    const left = humanDuration(Date.parse(orphan.due) - now);
    return [row('Wait', volumeObject, `${orphan.reason}; its grace period ends in ${left}`)];
  }
  return actions.flatMap((one) => {
    const kind = ACTIONS[one.kind];
    return kind === undefined ? [] : [row(kind, objectOf(one), 'reason' in one ? one.reason : orphan.reason)];
  });
}

/** The row of a volume that `--approve` releases. */
export const approvalRow = ({ orphan }: JudgedOrphan): CleanupRow => ({
  apiVersion: API_VERSION,
  kind: 'CleanupAction',
  action: 'Approve',
  object: { kind: 'persistentvolume', name: orphan.metadata.name },
  volume: orphan.metadata.name,
  node: orphan.node,
  reason: orphan.reason,
});

const ACTIONS: Readonly<Partial<Record<CleanupAction['kind'], CleanupRow['action']>>> = {
  'delete-claim': 'Delete',
  'delete-pod': 'Delete',
  'delete-volume': 'Delete',
  'name-pod': 'ByHand',
  hold: 'Hold',
};

/** What an action is about. */
export function objectOf(action: CleanupAction): CleanupRow['object'] {
  switch (action.kind) {
    case 'delete-claim':
      return namespaced('persistentvolumeclaim', action.claim.metadata);
    case 'delete-pod':
    case 'name-pod':
      return namespaced('pod', action.pod.metadata);
    default:
      return { kind: 'persistentvolume', name: action.volume.name };
  }
}

const namespaced = (kind: string, metadata: { namespace?: string; name?: string } | undefined) => ({
  kind,
  namespace: metadata?.namespace ?? '',
  name: metadata?.name ?? '',
});

/** `pod/default/db-0`, `persistentvolume/pv-1`. */
export const objectText = ({ kind, namespace, name }: CleanupRow['object']): string =>
  [kind, ...(namespace === undefined ? [] : [namespace]), name].join('/');

export const printableRows: Printable<CleanupRow> = {
  columns: [
    { header: 'ACTION', value: ({ action }) => action },
    { header: 'OBJECT', value: ({ object }) => objectText(object) },
    { header: 'VOLUME', value: ({ volume }) => volume },
    { header: 'NODE', value: ({ node }) => node },
    { header: 'REASON', value: ({ reason }) => reason },
  ],
  name: ({ object }) => objectText(object),
};
