import type { HugepagesStatus } from '../../api/node.ts';
import type { NVMeProfileSpec } from '../../api/profile.ts';
import type { HugepagePool, Snapshot } from '../../api/snapshot.ts';
import type { KubeApi } from '../../kube/api.ts';
import { isForbidden } from '../../kube/errors.ts';
import { offered, requested } from '../../kube/pod-requests.ts';
import { pods, type Node, type Pod } from '../../kube/resources.ts';
import { HUGEPAGE_DIRECTORIES } from '../inventory/hugepages.ts';

/** The hugepages of a node for its status; nothing where there are none. Lists the pods of the node only then. */
export async function hugepagesOf(
  kube: KubeApi,
  snapshot: Snapshot,
  node: Node,
): Promise<HugepagesStatus[] | undefined> {
  if (!snapshot.hugepages?.some(({ total }) => total > 0)) return undefined;
  return hugepagesStatus(snapshot, node, await podsOn(kube, node.metadata?.name ?? ''));
}

/** Undefined without the right to list pods, which only clusters with SPDK need to give (manifests/examples/spdk.yaml). */
async function podsOn(kube: KubeApi, name: string): Promise<Pod[] | undefined> {
  try {
    return (await kube.listAll(pods, { fieldSelector: `spec.nodeName=${name}` })).items;
  } catch (error) {
    if (isForbidden(error)) return undefined;
    throw error;
  }
}

/**
 * Pages by NUMA node and size. `free` is what a new pod would really get: over all NUMA nodes never more than the kernel has
 * left, and never more than the kubelet would still grant beside the pods that are there. Unknown pods leave it out.
 */
export function hugepagesStatus(
  { hugepages = [], hugepagesReserved = {} }: Pick<Snapshot, 'hugepages' | 'hugepagesReserved'>,
  node: Node,
  onNode: readonly Pod[] | undefined,
): HugepagesStatus[] {
  return HUGEPAGE_DIRECTORIES.flatMap(({ size, bytes }) => {
    const pools = hugepages.filter((pool) => pool.size === size && pool.total > 0);
    if (onNode === undefined) return pools.map(({ numaNode, total }) => ({ numaNode, size, total }));
    const kernel = sum(pools) - (hugepagesReserved[size] ?? 0);
    const granted = Math.floor((offered(node, 'allocatable', size) - requested(onNode, size)) / bytes);
    return spread(pools, Math.max(0, Math.min(kernel, granted)));
  });
}

/** The kubelet counts for the whole node: what it grants is taken from the first NUMA nodes that have it. */
function spread(pools: readonly HugepagePool[], pages: number): HugepagesStatus[] {
  let left = pages;
  return pools.map(({ numaNode, size, total, free }) => {
    const here = Math.min(free, left);
    left -= here;
    return { numaNode, size, total, free: here };
  });
}

const sum = (pools: readonly HugepagePool[]): number => pools.reduce((pages, { free }) => pages + free, 0);

/** Why the kubelet must be restarted, in words, when a layout asks for hugepages: it counts them at its start only. */
export function kubeletBehind(
  { hugepages = [] }: Pick<Snapshot, 'hugepages'>,
  node: Node,
  { layout: { spdk } }: Pick<NVMeProfileSpec, 'layout'>,
): { kubeletLag?: string } {
  if (spdk === undefined || spdk.hugepages.perNUMANode === 0) return {};
  const { size } = spdk.hugepages;
  const bytes = HUGEPAGE_DIRECTORIES.find((known) => known.size === size)?.bytes ?? 0;
  const total = hugepages.filter((pool) => pool.size === size).reduce((pages, pool) => pages + pool.total, 0);
  const counted = Math.floor(offered(node, 'capacity', size) / bytes);
  if (counted === total) return {};
  const kubeletLag = `the machine has ${total} hugepages of ${size}, and the kubelet counted ${counted} when it started`;
  return { kubeletLag };
}
