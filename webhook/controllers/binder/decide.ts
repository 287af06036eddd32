import { PROVISIONER, READY_BOOT_ID, SELECTED_NODE } from '../../../api/keys.ts';
import type { Node, PersistentVolume, PersistentVolumeClaim, StorageClass } from '../../../kube/resources.ts';
import type { OwnVolume } from '../../../orphans/volume.ts';
import { fits, freeVolumes } from './free-volumes.ts';

export interface BinderState {
  nodes: ReadonlyMap<string, Node>;
  storageClasses: readonly StorageClass[];
  volumes: readonly PersistentVolume[];
  claims: readonly PersistentVolumeClaim[];
}

/** A claim that the scheduler has pinned to a node by name. */
interface PinnedClaim {
  claim: PersistentVolumeClaim;
  nodeName: string;
}

export type BinderAction =
  | (PinnedClaim & { kind: 'bind'; volume: OwnVolume })
  /** The scheduler picks again: another node has what this one has not, or this one is gone. */
  | (PinnedClaim & { kind: 'release'; reason: string });

/**
 * Decides about claims that the scheduler pinned to a node for a provisioner, which for local volumes does not exist: each
 * gets a free volume of its node; or, when that has none left and another node has, its pin is taken away. Older claims
 * come first, and no volume is promised twice.
 */
export function decideBindings(state: BinderState): BinderAction[] {
  const pinned = pinnedClaims(state);
  // Mostly so, and thousands of volumes need not be read for nobody.
  if (pinned.length === 0) return [];
  const free = new Set(freeVolumes(state.volumes, state.nodes));
  const take = (
    claim: PersistentVolumeClaim,
    isRight: (volume: OwnVolume) => boolean,
  ): OwnVolume | undefined => {
    const volume = [...free].find((one) => isRight(one) && fits(claim, one));
    if (volume) free.delete(volume);
    return volume;
  };
  const binds = pinned.flatMap((one): BinderAction[] => {
    const volume = take(one.claim, ({ nodeName }) => nodeName === one.nodeName);
    return volume === undefined ? [] : [{ ...one, kind: 'bind', volume }];
  });
  const bound = new Set(binds.map(({ claim }) => claim));
  const releases = pinned
    .filter(({ claim }) => !bound.has(claim))
    .flatMap((one) => release(one, state, () => take(one.claim, () => true)));
  return [...binds, ...releases];
}

function release(
  pinned: PinnedClaim,
  { nodes }: BinderState,
  elsewhere: () => OwnVolume | undefined,
): BinderAction[] {
  const { nodeName } = pinned;
  const node = nodes.get(nodeName);
  if (node === undefined) return [{ ...pinned, kind: 'release', reason: `node ${nodeName} is gone` }];
  // Its volumes may be on their way.
  if (!isReady(node)) return [];
  const other = elsewhere();
  if (other === undefined) return [];
  const reason = `node ${nodeName} has no free volume for it, and ${other.nodeName} has`;
  return [{ ...pinned, kind: 'release', reason }];
}

function isReady({ metadata, status }: Node): boolean {
  const ready = metadata?.annotations?.[READY_BOOT_ID];
  return ready !== undefined && ready === status?.nodeInfo?.bootID;
}

/** Claims of our classes that wait on a node, oldest first; one that a volume names already is being bound. */
function pinnedClaims({ claims, storageClasses, volumes }: BinderState): PinnedClaim[] {
  const ours = new Set(
    storageClasses
      .filter(({ provisioner }) => provisioner === PROVISIONER)
      .map(({ metadata }) => metadata?.name),
  );
  const pinned = claims
    .filter((claim) => ours.has(claim.spec?.storageClassName) && isWaiting(claim))
    .flatMap((claim) => {
      const nodeName = claim.metadata?.annotations?.[SELECTED_NODE];
      return nodeName === undefined ? [] : [{ claim, nodeName }];
    });
  if (pinned.length === 0) return [];
  const named = new Set(volumes.map(({ spec }) => keyOf(spec?.claimRef)));
  return pinned
    .filter(({ claim }) => !named.has(keyOf(claim.metadata)))
    .sort((a, b) => order(a.claim) - order(b.claim));
}

const isWaiting = ({ metadata, spec }: PersistentVolumeClaim): boolean =>
  spec?.volumeName === undefined && metadata?.deletionTimestamp === undefined;

const keyOf = (of: { namespace?: string; name?: string } | undefined): string =>
  `${of?.namespace ?? ''}/${of?.name ?? ''}`;

const order = ({ metadata }: PersistentVolumeClaim): number => Date.parse(metadata?.creationTimestamp ?? '');
