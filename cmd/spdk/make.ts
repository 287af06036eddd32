import type { KubeApi, KubeObject } from '../../kube/api.ts';
import { podLabels, spdkDeployment } from '../../spdk/deployment.ts';
import { grantOf } from '../../spdk/grant.ts';
import { Failure, Failures } from '../errors/exit.ts';
import { missingPermission } from '../errors/permission.ts';
import { collectHugepages } from '../hugepages/collect.ts';
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
  if (notes.length > 0) throw unknownPages(notes.join('; '));
  const grant = grantOf(found, order.size, { namespace, labels: podLabels(order.choice.name) });
  if ('problem' in grant) {
    throw new Failure(grant.problem, grant.next === undefined ? {} : { next: grant.next });
  }
  return spdkDeployment(found.node, order.choice, grant);
}

function unknownPages(why: string): Failure {
  const next = missingPermission(why);
  return new Failure(why, next === undefined ? {} : { next });
}
