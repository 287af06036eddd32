import {
  DEGRADED,
  LOST,
  NODE_LABEL,
  NODE_UID,
  PROVISIONED_BY,
  PROVISIONER,
  VOLUME_IDENTITY,
} from '../../api/keys.ts';
import type { VolumeState, VolumeStatus } from '../../api/node.ts';
import type { PersistentVolume } from '../../kube/resources.ts';
import type { PlannedVolume } from '../plan/planned.ts';
import { volumeName, volumeObject, type Publication, type PublishingNode } from './volume-object.ts';

/** A volume as it really is on the host now. */
export type PresentVolume = PlannedVolume & {
  capacityBytes: number;
  /** Nothing in the data directory; a raw volume's blocks are looked at right before it is published. */
  empty: boolean;
};

/** What to do about one volume, and what to say of it. */
export interface PublishDecision {
  create?: PersistentVolume;
  /** The node registered again under another UID, or the volume is back: annotations to set, null to remove. */
  annotate?: { name: string; annotations: Record<string, string | null> };
  status: VolumeStatus;
}

export interface PublishContext extends Publication {
  /** PVs of any provisioner that lie or may lie on this node. */
  volumes: readonly PersistentVolume[];
  /** No new volumes on a paused node: a reset has just deleted them. */
  mayCreate: boolean;
}

/**
 * Decides how one volume is published. Its own PV is kept as it is; a PV of anyone else that names its path keeps ours from
 * being made; a directory with files and no PV belongs to someone, so it is not handed to the next claim.
 */
export function decidePublication(volume: PresentVolume, context: PublishContext): PublishDecision {
  const { node, volumes } = context;
  const own = volumes.find((one) => isOwn(one, volume));
  if (own !== undefined) return keep(own, volume, node);
  const other = volumes.find((one) => namesPath(one, volume));
  const name = volumeName(node, volume);
  if (other !== undefined) {
    return {
      status: status(
        volume,
        name,
        'Failed',
        `PersistentVolume ${other.metadata?.name ?? ''} names its path already`,
      ),
    };
  }
  if (volumes.some(({ metadata }) => metadata?.name === name)) {
    return {
      status: status(volume, name, 'Failed', 'a PersistentVolume of this name exists for something else'),
    };
  }
  if (!volume.empty) {
    const reason = `${volume.path} holds files, and no PersistentVolume names it: delete them, or restore its PersistentVolume`;
    return { status: status(volume, name, 'Unclaimed', reason) };
  }
  if (!context.mayCreate) return { status: status(volume, name, 'Publishing', 'the node is paused') };
  return {
    create: volumeObject(context, volume),
    status: status(volume, name, 'Publishing'),
  };
}

function isOwn({ metadata }: PersistentVolume, { identity }: PlannedVolume): boolean {
  const { annotations = {} } = metadata ?? {};
  return annotations[PROVISIONED_BY] === PROVISIONER && annotations[VOLUME_IDENTITY] === identity;
}

/** Either path inside the other: both would write to the same files. */
function namesPath({ spec }: PersistentVolume, volume: PlannedVolume): boolean {
  const path = spec?.local?.path ?? spec?.hostPath?.path;
  if (path === undefined) return false;
  if (volume.mode === 'Block') return path === volume.path || path === volume.shown;
  const inside = (inner: string, outer: string): boolean => inner === outer || inner.startsWith(`${outer}/`);
  return (
    inside(path, volume.mountPath) ||
    (inside(volume.mountPath, path) && path !== '/') ||
    path === volume.device
  );
}

/** On another node UID a raw volume is kept only on a drive that is surely the same (design §3.6). */
const NOT_TOLD_APART =
  'it was published for another UID of this node, and the drive has no number that tells it from another machine’s';

function keep(own: PersistentVolume, volume: PresentVolume, node: PublishingNode): PublishDecision {
  const { name = '', annotations = {}, deletionTimestamp, labels = {} } = own.metadata ?? {};
  if (deletionTimestamp !== undefined) {
    return { status: status(volume, name, 'Publishing', 'its old PersistentVolume is being deleted') };
  }
  if (volume.mode === 'Block' && !volume.unique && annotations[NODE_UID] !== node.uid) {
    return { status: status(volume, name, 'Lost', NOT_TOLD_APART) };
  }
  const wanted: Record<string, string | null> = {};
  if (annotations[NODE_UID] !== node.uid) wanted[NODE_UID] = node.uid;
  for (const key of [LOST, DEGRADED]) if (key in annotations) wanted[key] = null;
  const ownNode = labels[NODE_LABEL] === undefined || labels[NODE_LABEL] === node.name;
  const changed = ownNode && Object.keys(wanted).length > 0;
  const claim = own.spec?.claimRef;
  return {
    ...(changed ? { annotate: { name, annotations: wanted } } : {}),
    status: {
      ...status(volume, name, stateOf(own)),
      ...(claim?.name === undefined ? {} : { claim: { namespace: claim.namespace ?? '', name: claim.name } }),
    },
  };
}

function stateOf({ status: volumeStatus }: PersistentVolume): VolumeState {
  switch (volumeStatus?.phase) {
    case 'Available':
    case 'Bound':
    case 'Released':
    case 'Failed':
      return volumeStatus.phase;
    default:
      return 'Publishing';
  }
}

function status(volume: PresentVolume, name: string, state: VolumeState, reason?: string): VolumeStatus {
  const { path, capacityBytes: capacity, identity } = volume;
  return { name, state, path, capacity, identity, ...(reason === undefined ? {} : { reason }) };
}
