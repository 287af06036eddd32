import { NODE_LABEL } from '../../api/keys.ts';
import type { NVMeNode, VolumeState, VolumeStatus } from '../../api/node.ts';
import { parseBytes } from '../../api/quantity.ts';
import { AGENT_ONLY_STATES } from '../../api/summary.ts';
import type { PersistentVolume } from '../../kube/resources.ts';
import type { VolumeSummary } from './node-storage.ts';

/** Phases of a PersistentVolume, in the agent's words. */
const PHASES: Readonly<Record<string, VolumeState>> = {
  Pending: 'Publishing',
  Available: 'Available',
  Bound: 'Bound',
  Released: 'Released',
  Failed: 'Failed',
};

/** The node's volumes: the live PersistentVolumes, with what the agent adds; without them, its last report. */
export function volumesOf(
  nvmeNode: NVMeNode | undefined,
  volumes: readonly PersistentVolume[] | undefined,
): VolumeSummary[] {
  const reported = nvmeNode?.status?.volumes ?? [];
  if (volumes === undefined) return reported.map(fromReport);
  const byName = new Map(reported.map((volume) => [volume.name, volume]));
  const live = volumes.map((volume) => fromObject(volume, byName.get(volume.metadata?.name ?? '')));
  const names = new Set(live.map(({ name }) => name));
  const unpublished = reported.filter(({ name, state }) => !names.has(name) && AGENT_ONLY_STATES.has(state));
  return [...live, ...unpublished.map(fromReport)].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Name of the node that a PersistentVolume of ours belongs to. */
export const nodeOfVolume = (volume: PersistentVolume): string | undefined =>
  volume.metadata?.labels?.[NODE_LABEL];

function fromReport({ name, state, capacity, claim, reason }: VolumeStatus): VolumeSummary {
  return { name, state, capacity, ...(claim ? { claim } : {}), ...(reason ? { reason } : {}) };
}

function fromObject(volume: PersistentVolume, reported: VolumeStatus | undefined): VolumeSummary {
  return {
    name: volume.metadata?.name ?? '',
    state: stateOf(PHASES[volume.status?.phase ?? 'Pending'] ?? 'Publishing', reported),
    capacity: bytesOf(volume.spec?.capacity?.storage),
    ...claimOf(volume),
    ...(reported?.reason ? { reason: reported.reason } : {}),
  };
}

/** A claim's use is the cluster's to say, work on the volume the agent's. */
function stateOf(phase: VolumeState, reported: VolumeStatus | undefined): VolumeState {
  return reported && AGENT_ONLY_STATES.has(reported.state) && phase !== 'Bound' ? reported.state : phase;
}

function claimOf(volume: PersistentVolume): Pick<VolumeSummary, 'claim'> {
  const { namespace, name } = volume.spec?.claimRef ?? {};
  return namespace && name ? { claim: { namespace, name } } : {};
}

/** Bytes of a PersistentVolume's quantity. */
export function bytesOf(quantity: string | undefined): number {
  try {
    return parseBytes(quantity ?? '0');
  } catch {
    // Someone else's PV may use notations that make no sense for drives; its size is not worth an error here.
    return 0;
  }
}
