import type { NodeRequest } from '../../api/node.ts';
import type { Host } from '../host/host.ts';
import { givenUp, type Order } from '../order/order.ts';
import { readOrder, writeOrder } from '../order/order-file.ts';
import type { Inventory } from '../inventory/inventory.ts';
import { openRequest } from './intent.ts';
import { observe, type Observation } from './observe.ts';
import type { ReconcileOptions } from './reconcile-options.ts';

/** The observation, with what a person gave up by the set-up that is being carried out. */
export async function withOrder(host: Host, seen: Observation): Promise<Observation> {
  const request = openRequest(seen.nvme);
  if (request?.type !== 'setup') return seen;
  const order = await readOrder(host);
  return order?.requestID === request.id ? { ...seen, order } : seen;
}

/** The same, read anew. */
export async function observeWithOrder(
  { kube, host, nodeName, bootID }: Pick<ReconcileOptions, 'kube' | 'host' | 'nodeName' | 'bootID'>,
  signal: AbortSignal,
): Promise<Observation> {
  return withOrder(host, await observe(kube, nodeName, bootID, signal));
}

const LOCK_TIMEOUT_MS = 30_000;

/** Puts what is given up on record, before the first step, if it still is what was ordered; `again` looks anew. */
export async function recordOrder(
  host: Host,
  request: NodeRequest,
  again: () => Promise<{ planID: string; inventory: Inventory }>,
): Promise<Order | undefined> {
  return await host.withWriteLock(LOCK_TIMEOUT_MS, async () => {
    const { planID, inventory } = await again();
    if (planID !== request.planID) return undefined;
    const order = givenUp(request.id, inventory);
    await writeOrder(host, order);
    return order;
  });
}
