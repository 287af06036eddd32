import { API_VERSION } from '../../api/group.ts';
import type { Drive } from '../../api/drive.ts';
import { capacityOf } from '../../api/summary.ts';
import type { ClusterView, NodeParts } from './cluster-view.ts';
import { matchingProfile } from './matching-profile.ts';
import type { NodeStorage, VolumeSummary } from './node-storage.ts';
import { verdict } from './phase.ts';
import { startupTaints } from './taints.ts';
import { nodeOfVolume, volumesOf } from './volumes.ts';

/** The nodes that have to do with NVMe – enrolled, matched by a profile, or tainted by us – by name. */
export function summarizeCluster(view: ClusterView, options: { all?: boolean } = {}): NodeStorage[] {
  const relevant = [...partsByName(view).values()].filter(
    (parts) => options.all === true || concernsUs(parts),
  );
  return relevant.map(summarizeNode).sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
}

function partsByName(view: ClusterView): Map<string, NodeParts> {
  const parts = new Map<string, NodeParts & { volumes?: NonNullable<ClusterView['volumes']>[number][] }>();
  const at = (name: string) => {
    const known = parts.get(name) ?? {
      name,
      profiles: view.profiles,
      ...(view.volumes ? { volumes: [] } : {}),
    };
    parts.set(name, known);
    return known;
  };
  for (const node of view.nodes) at(node.metadata?.name ?? '').node = node;
  for (const nvmeNode of view.nvmeNodes) at(nvmeNode.metadata.name ?? '').nvmeNode = nvmeNode;
  for (const volume of view.volumes ?? []) {
    const owner = parts.get(nodeOfVolume(volume) ?? '');
    owner?.volumes?.push(volume);
  }
  return parts;
}

/** Whether a node has to do with NVMe at all: enrolled, gone with its NVMeNode left, tainted by us, or matched. */
export function concernsUs({ node, nvmeNode, profiles }: NodeParts): boolean {
  if (nvmeNode || !node) return true;
  return startupTaints(node, profiles).length > 0 || matchingProfile(node, profiles) !== undefined;
}

/** Everything known about one node, as one object. */
export function summarizeNode(parts: NodeParts): NodeStorage {
  const { node, nvmeNode, profiles } = parts;
  const status = nvmeNode?.status ?? {};
  const drives = status.drives ?? [];
  const volumes = volumesOf(nvmeNode, parts.volumes);
  const taints = node ? startupTaints(node, profiles) : [];
  const profile = nvmeNode?.spec?.profile;
  return {
    apiVersion: API_VERSION,
    kind: 'NodeStorage',
    metadata: metadataOf(parts),
    ...verdict(parts, taints.length > 0),
    ...(profile === undefined ? {} : { profile }),
    ...pick(status, ['progress', 'provider', 'agentVersion', 'layout']),
    drives,
    driveCounts: countDrives(drives),
    volumes,
    volumeCounts: countVolumes(volumes),
    capacity: capacityOf(drives, volumes),
    taints,
    conditions: status.conditions ?? [],
  };
}

function metadataOf({ name, node, nvmeNode }: NodeParts): NodeStorage['metadata'] {
  const { uid, creationTimestamp, labels } = node?.metadata ?? {};
  const born = creationTimestamp ?? nvmeNode?.metadata.creationTimestamp;
  return {
    name,
    ...(uid === undefined ? {} : { uid }),
    ...(born === undefined ? {} : { creationTimestamp: born }),
    ...(labels === undefined ? {} : { labels }),
  };
}

/** The named fields that are set. */
function pick<T extends object, K extends keyof T>(from: T, keys: readonly K[]): Partial<Pick<T, K>> {
  const entries = keys.filter((key) => from[key] !== undefined).map((key) => [key, from[key]]);
  return Object.fromEntries(entries) as Partial<Pick<T, K>>;
}

function countDrives(drives: readonly Drive[]): NodeStorage['driveCounts'] {
  const local = drives.filter(({ role }) => role === 'Local');
  return {
    local: local.length,
    ready: local.filter(({ state }) => state === 'Ours' || state === 'Bound').length,
    failed: local.filter(({ state }) => state === 'Failed' || state === 'Unknown').length,
  };
}

function countVolumes(volumes: readonly VolumeSummary[]): NodeStorage['volumeCounts'] {
  const count = (state: VolumeSummary['state']) => volumes.filter((volume) => volume.state === state).length;
  return { total: volumes.length, available: count('Available'), bound: count('Bound') };
}
