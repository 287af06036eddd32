import { API_VERSION } from '../../api/group.ts';
import type { PersistentVolume } from '../../kube/resources.ts';
import { age } from '../print/age.ts';
import type { Printable } from '../print/objects.ts';
import { NONE } from '../print/table.ts';
import type { ClusterView } from '../status/cluster-view.ts';
import { sizeText } from '../../api/summary.ts';
import { claimText } from '../status/node-sections.ts';
import type { NodeStorage, VolumeSummary } from '../status/node-storage.ts';
import { nodeOfVolume, volumesOf } from '../status/volumes.ts';

/** One volume with its node and what its PersistentVolume says, as `-o json` prints it. */
export interface NodeVolume extends Omit<VolumeSummary, 'name'> {
  apiVersion: string;
  kind: 'NodeVolume';
  metadata: { name: string; creationTimestamp?: string; labels?: Record<string, string> };
  node: string;
  storageClass?: string;
  reclaimPolicy?: string;
  path?: string;
}

/**
 * The volumes of these nodes, by node and name. With `gone`, also those whose node is not among them: what outlives its
 * node must not be hidden.
 */
export function volumesOfNodes(
  nodes: readonly NodeStorage[],
  view: ClusterView,
  options: { gone: boolean },
): NodeVolume[] {
  const objects = new Map((view.volumes ?? []).map((volume) => [volume.metadata?.name ?? '', volume]));
  const rows = nodes.flatMap(({ metadata, volumes }) =>
    volumes.map((volume) => nodeVolume(metadata.name, volume, objects.get(volume.name))),
  );
  const known = new Set(nodes.map(({ metadata }) => metadata.name));
  const left = options.gone
    ? [...objects.values()].filter((volume) => !known.has(nodeOfVolume(volume) ?? ''))
    : [];
  const orphans = left.flatMap((object) =>
    volumesOf(undefined, [object]).map((volume) => nodeVolume(nodeOfVolume(object) ?? '', volume, object)),
  );
  return [...rows, ...orphans].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}

const keyOf = ({ node, metadata }: NodeVolume): string => `${node} ${metadata.name}`;

function nodeVolume(
  node: string,
  { name, ...volume }: VolumeSummary,
  object: PersistentVolume | undefined,
): NodeVolume {
  const { creationTimestamp, labels } = object?.metadata ?? {};
  const { storageClassName, persistentVolumeReclaimPolicy, local } = object?.spec ?? {};
  return {
    apiVersion: API_VERSION,
    kind: 'NodeVolume',
    metadata: { name, ...(creationTimestamp ? { creationTimestamp } : {}), ...(labels ? { labels } : {}) },
    node,
    ...volume,
    ...(storageClassName ? { storageClass: storageClassName } : {}),
    ...(persistentVolumeReclaimPolicy ? { reclaimPolicy: persistentVolumeReclaimPolicy } : {}),
    ...(local ? { path: local.path } : {}),
  };
}

/** How volumes are printed; ages are counted to `now`. */
export const printableVolumes = (now: () => number): Printable<NodeVolume> => ({
  columns: [
    { header: 'NAME', value: ({ metadata }) => metadata.name },
    { header: 'NODE', value: ({ node }) => node },
    { header: 'STATE', value: ({ state }) => state },
    { header: 'CAPACITY', value: ({ capacity }) => sizeText(capacity) },
    { header: 'CLAIM', value: claimText },
    { header: 'STORAGECLASS', value: ({ storageClass }) => storageClass ?? NONE },
    { header: 'AGE', value: ({ metadata }) => age(metadata.creationTimestamp, now()) },
    { header: 'RECLAIM', wide: true, value: ({ reclaimPolicy }) => reclaimPolicy ?? NONE },
    { header: 'PATH', wide: true, value: ({ path }) => path ?? NONE },
    { header: 'REASON', value: ({ reason }) => reason ?? NONE },
  ],
  name: ({ metadata }) => `persistentvolume/${metadata.name}`,
});
