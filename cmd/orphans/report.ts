import { API_VERSION } from '../../api/group.ts';
import { timestamp } from '../../kube/timestamp.ts';
import { decideVolume, type CleanupAction, type Memory } from '../../orphans/decide.ts';
import type { ClusterState } from '../../orphans/state.ts';
import type { ClaimReference, OwnVolume } from '../../orphans/volume.ts';
import { bytesOf } from '../status/volumes.ts';

/** Held: a rule keeps it. Waiting: its grace period runs. Deleting: clean-up removes it now. */
export const ORPHAN_STATES = ['Held', 'Waiting', 'Deleting'] as const;
export type OrphanState = (typeof ORPHAN_STATES)[number];

/** A volume that has outlived its node, or may have; what `-o json` prints. */
export interface Orphan {
  apiVersion: string;
  kind: 'Orphan';
  metadata: { name: string; uid: string };
  node: string;
  nodeUID?: string;
  state: OrphanState;
  claim?: ClaimReference;
  /** Bytes. */
  capacity: number;
  storageClass?: string;
  /** RFC 3339; when the grace period of a waiting one ends. */
  due?: string;
  reason: string;
  /** Whether `cleanup --approve` would release it. */
  approvable: boolean;
}

/** An orphan beside what clean-up does about it. */
export interface JudgedOrphan {
  orphan: Orphan;
  volume: OwnVolume;
  actions: CleanupAction[];
}

/** Every orphan as clean-up judges it, by node and name; volumes that are kept or ignored are none. */
export function judgeOrphans(state: ClusterState, memory: Memory, now: number): JudgedOrphan[] {
  return state.volumes
    .flatMap((volume) => judgeOrphan(state, memory, volume, now) ?? [])
    .sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}

const keyOf = ({ orphan }: JudgedOrphan): string => `${orphan.node} ${orphan.metadata.name}`;

function judgeOrphan(
  state: ClusterState,
  memory: Memory,
  volume: OwnVolume,
  now: number,
): JudgedOrphan | undefined {
  const { action, reason, due } = decideVolume(state, memory, volume, now);
  if (reason === undefined) return undefined;
  const hold = action.find((one) => one.kind === 'hold');
  const orphan: Orphan = {
    ...identity(volume),
    state: hold ? 'Held' : due === undefined ? 'Deleting' : 'Waiting',
    ...(due === undefined ? {} : { due: timestamp(due) }),
    reason: hold?.reason ?? reason,
    approvable: hold !== undefined && !isHeld(state, approving(memory, volume), volume, now),
  };
  return { orphan, volume, actions: action };
}

const approving = (memory: Memory, { uid }: OwnVolume): Memory => ({
  ...memory,
  approved: new Set([...memory.approved, uid]),
});

const isHeld = (state: ClusterState, memory: Memory, volume: OwnVolume, now: number): boolean =>
  decideVolume(state, memory, volume, now).action.some(({ kind }) => kind === 'hold');

function identity(volume: OwnVolume) {
  const { name, uid, nodeName, nodeUID, claim, object } = volume;
  const storageClass = object.spec?.storageClassName;
  return {
    apiVersion: API_VERSION,
    kind: 'Orphan' as const,
    metadata: { name, uid },
    node: nodeName,
    ...(nodeUID === undefined ? {} : { nodeUID }),
    ...(claim ? { claim } : {}),
    capacity: bytesOf(object.spec?.capacity?.storage),
    ...(storageClass ? { storageClass } : {}),
  };
}
