import { API_VERSION } from '../api/group.ts';
import type { HugepagesStatus, NVMeNode } from '../api/node.ts';
import { parseBytes } from '../api/quantity.ts';
import { offered, requested } from '../kube/pod-requests.ts';
import type { Node, Pod } from '../kube/resources.ts';

/** Hugepages of one size on one NUMA node of a node, as `-o json` prints them; counts of pages. */
export interface NodeHugepages {
  apiVersion: string;
  kind: 'NodeHugepages';
  metadata: { name: string };
  node: string;
  numaNode: number;
  size: string;
  total: number;
  /** What a new pod would get; absent when the agent or this account may not list pods. */
  free?: number;
  /** Why pods cannot have all of them. */
  problem?: string;
}

/** Everything that is known of the hugepages of one node. */
export interface HugepageFacts {
  node: Node;
  nvmeNode: NVMeNode | undefined;
  /** Pods of the node; undefined when they may not be listed. */
  pods: readonly Pod[] | undefined;
}

/**
 * What the agent reported, brought to now: pods that came since then have taken from what the kubelet would still grant.
 * What the kernel has left is the agent's to see.
 */
export function poolsOf({ node, nvmeNode, pods }: HugepageFacts): NodeHugepages[] {
  const reported = nvmeNode?.status?.hugepages ?? [];
  const name = node.metadata?.name ?? '';
  const left = new Map<string, number>();
  return reported.map((pool) => {
    const before = left.get(pool.size) ?? granted(node, pods, pool.size);
    const free = pool.free === undefined || before === undefined ? undefined : Math.min(pool.free, before);
    if (free !== undefined && before !== undefined) left.set(pool.size, before - free);
    const problem = problemOf(node, reported, pool);
    return {
      apiVersion: API_VERSION,
      kind: 'NodeHugepages',
      metadata: { name: `${name}:${pool.numaNode}:${pool.size}` },
      node: name,
      ...{ numaNode: pool.numaNode, size: pool.size, total: pool.total },
      ...(free === undefined ? {} : { free }),
      ...(problem === undefined ? {} : { problem }),
    };
  });
}

/** Pages that the kubelet would still grant, whichever NUMA node they are on. */
function granted(node: Node, pods: readonly Pod[] | undefined, size: string): number | undefined {
  if (pods === undefined) return undefined;
  return Math.max(
    0,
    Math.floor((offered(node, 'allocatable', size) - requested(pods, size)) / parseBytes(size)),
  );
}

function problemOf(node: Node, reported: readonly HugepagesStatus[], { size, free }: HugepagesStatus) {
  const total = reported.filter((pool) => pool.size === size).reduce((sum, pool) => sum + pool.total, 0);
  const counted = Math.floor(offered(node, 'capacity', size) / parseBytes(size));
  if (counted !== total) {
    return `the kubelet counted ${counted} of ${total} when it started: restart it (systemctl restart kubelet)`;
  }
  if (free !== undefined) return undefined;
  return 'the agent may not list pods: kubectl apply -f manifests/examples/spdk.yaml';
}
