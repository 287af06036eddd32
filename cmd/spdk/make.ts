import type { KubeApi, KubeObject } from '../../kube/api.ts';
import { parseBytes } from '../../api/quantity.ts';
import { requested } from '../../kube/pod-requests.ts';
import type { Pod } from '../../kube/resources.ts';
import { Failure, Failures } from '../errors/exit.ts';
import { collectHugepages } from '../hugepages/collect.ts';
import { poolsOf, type HugepageFacts } from '../hugepages/pools.ts';
import { handedAddresses, spdkDeployment } from './deployment.ts';
import type { SpdkOrder } from './order.ts';

/** Makes the Deployment for what the node has free now. Throws Failure when there are no drives or no pages for it. */
export async function makeDeployment(
  kube: KubeApi,
  order: SpdkOrder,
  namespace: string,
): Promise<KubeObject> {
  const { facts, errors, notes } = await collectHugepages(kube, { names: [order.node] });
  if (errors.length > 0) throw new Failures(errors);
  const [found] = facts;
  if (found === undefined) throw new Failure(`node ${order.node} was not found`);
  if (notes.length > 0) throw new Failure(notes.join('; '));
  const addresses = found.nvmeNode === undefined ? [] : handedAddresses(found.nvmeNode);
  if (addresses.length === 0) {
    throw new Failure(`node ${order.node} has no drives that are SPDK’s`, {
      next: `Set them up: kubectl nvme setup node ${order.node} --layout spdk`,
    });
  }
  const pages = pagesFor(found, order, namespace);
  return spdkDeployment(found.node, order.choice, { size: order.size, pages, addresses });
}

/** What is free, and what an earlier pod of the same Deployment has, which ends before the new one starts. */
function pagesFor(facts: HugepageFacts, { node, size, choice }: SpdkOrder, namespace: string): number {
  const pools = poolsOf(facts).filter((pool) => pool.size === size);
  const [problem] = pools.flatMap((pool) => pool.problem ?? []);
  if (problem !== undefined) throw new Failure(`hugepages of node ${node}: ${problem}`);
  const own = (facts.pods ?? []).filter((pod) => isOwn(pod, choice.name, namespace));
  const free = pools.reduce((sum, pool) => sum + (pool.free ?? 0), 0);
  const pages = free + Math.floor(requested(own, size) / parseBytes(size));
  if (pages > 0) return pages;
  throw new Failure(`node ${node} has no free hugepages of ${size}`, {
    next: `See who has them: kubectl nvme hugepages ${node}; kubectl get pods -A --field-selector spec.nodeName=${node}`,
  });
}

const isOwn = ({ metadata }: Pod, name: string, namespace: string): boolean =>
  metadata?.namespace === namespace && metadata.labels?.['app.kubernetes.io/name'] === name;
