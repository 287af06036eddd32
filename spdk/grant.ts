import type { NVMeNode } from '../api/node.ts';
import { parseBytes } from '../api/quantity.ts';
import { requested } from '../kube/pod-requests.ts';
import type { Pod } from '../kube/resources.ts';
import { poolsOf, type HugepageFacts } from './pools.ts';

export type HugepageSize = '2Mi' | '1Gi';

/** What the node gives SPDK. */
export interface SpdkGrant {
  size: HugepageSize;
  pages: number;
  /** PCI addresses of the drives that are SPDK's, sorted. */
  addresses: readonly string[];
}

/** Why there is nothing to give, and what a person can do about it. */
export interface SpdkProblem {
  problem: string;
  next?: string;
}

/** Which pods are the Deployment's own. */
export interface OwnPods {
  namespace: string;
  labels: Readonly<Record<string, string>>;
}

/**
 * What a Deployment of SPDK may have of a node: the controllers that are SPDK's, and all pages that are free or its own pods'
 * already, which end before the next one starts. So what it takes itself never makes its share smaller.
 */
export function grantOf(facts: HugepageFacts, size: HugepageSize, own: OwnPods): SpdkGrant | SpdkProblem {
  const node = facts.node.metadata?.name ?? '';
  const addresses = facts.nvmeNode === undefined ? [] : handedAddresses(facts.nvmeNode);
  if (addresses.length === 0) {
    const next = `Set them up: kubectl nvme setup node ${node} --layout spdk`;
    return { problem: `node ${node} has no drives that are SPDK’s`, next };
  }
  const pools = poolsOf(facts).filter((pool) => pool.size === size);
  const [trouble] = pools.flatMap(({ problem }) => problem ?? []);
  if (trouble !== undefined) return { problem: `hugepages of node ${node}: ${trouble}` };
  const taken = requested(
    (facts.pods ?? []).filter((pod) => isPodOf(own, pod)),
    size,
  );
  const free = pools.reduce((sum, pool) => sum + (pool.free ?? 0), 0);
  const pages = free + Math.floor(taken / parseBytes(size));
  if (pages > 0) return { size, pages, addresses };
  const next = `See who has them: kubectl nvme hugepages ${node}; kubectl get pods -A --field-selector spec.nodeName=${node}`;
  return { problem: `node ${node} has no free hugepages of ${size}`, next };
}

export function isPodOf({ namespace, labels }: OwnPods, { metadata }: Pod): boolean {
  const has = Object.entries(labels).every(([key, value]) => metadata?.labels?.[key] === value);
  return metadata?.namespace === namespace && has;
}

/** The memory of a grant in MB, as `-s` takes it. */
export const megabytes = ({ size, pages }: Pick<SpdkGrant, 'size' | 'pages'>): number =>
  pages * (size === '1Gi' ? 1024 : 2);

/** The same as a Kubernetes quantity. */
export const hugepagesQuantity = (grant: SpdkGrant): string => `${megabytes(grant)}Mi`;

/** Controllers that the node's agent has handed to SPDK. */
const handedAddresses = ({ status }: NVMeNode): string[] =>
  (status?.drives ?? [])
    .filter(
      ({ role, state, path, pciAddress }) => role === 'Local' && state === 'Ours' && path === pciAddress,
    )
    .map(({ path }) => path)
    .sort();
