import { applySteps } from '../../apply/apply.ts';
import { BegunRegister } from '../../apply/begun-register.ts';
import { nodeStatusOf } from '../../apply/kubelet/node-status.ts';
import { forgetBegun } from '../../apply/forget-begun.ts';
import { covers, orderFor, type Order } from '../../order/order.ts';
import { readOrder, writeOrder } from '../../order/order-file.ts';
import { RefusedOrderError } from '../../order/refused-order-error.ts';
import type { Inventory } from '../../inventory/inventory.ts';
import type { PlannedReset } from '../../plan/reset/reset.ts';
import { intentOf } from '../intent.ts';
import { inventoryFor, readMachine, resetFor } from '../look.ts';
import { observe } from '../observe.ts';
import { deleteVolumes } from './delete-volumes.ts';
import type { ResetOptions } from './options.ts';
import { pauseForReset } from './pause.ts';
import { timestamp } from '../../../kube/timestamp.ts';

const LOCK_TIMEOUT_MS = 30_000;

/** Letting go of an array may show more of what lies below. */
const PASSES = 4;

/**
 * Carries out a reset that was accepted, or goes on with one that was cut off: pause and taint, then the
 * PersistentVolumes, and only when these are gone the drives. Rejects with RefusedOrderError when what is there is no
 * longer what was ordered; after any other error it may be called again.
 */
export async function performReset(options: ResetOptions): Promise<void> {
  const order = await orderOnRecord(options);
  await pause(options);
  await deleteVolumes(order, options);
  await clearDrives(order, options);
  await checkRaw(order, options);
  const { host } = options;
  await forgetBegun(host, async () => {
    const { inventory } = await lookForReset(options);
    return inventory.drives.some(({ halfMade }) => halfMade) ? [] : inventory.begun;
  });
}

async function pause({ kube, nodeName, bootID, request, clock, signal }: ResetOptions): Promise<void> {
  const seen = await observe(kube, nodeName, bootID, signal);
  const { spec } = intentOf(seen);
  await pauseForReset(kube, seen.publishing, { request, spec, now: timestamp(clock.now()) });
}

/** The record of this very request, made before its first step if the plan still is the one that was ordered. */
async function orderOnRecord(options: ResetOptions): Promise<Order> {
  const { host, request } = options;
  const known = await readOrder(host);
  if (known?.requestID === request.id) return known;
  return await host.withWriteLock(LOCK_TIMEOUT_MS, async () => {
    const { plan, drives, begins, volumes, blocked } = (await lookForReset(options)).reset;
    if (plan.id !== request.planID || blocked) {
      throw new RefusedOrderError(
        `it was for plan ${request.planID ?? 'none'}, and the plan is ${plan.id} now`,
      );
    }
    const order = orderFor(request.id, drives, volumes);
    const begun = await BegunRegister.open(host);
    for (const uuid of begins) await begun.begin(uuid);
    await writeOrder(host, order);
    return order;
  });
}

async function clearDrives(order: Order, options: ResetOptions): Promise<void> {
  const total = Object.keys(order.drives).length;
  for (let pass = 1; pass <= PASSES; pass += 1) {
    const { steps, plan } = await whatIsLeft(order, options);
    if (steps.length === 0) return;
    await applySteps(steps, {
      ...options,
      nodeStatus: nodeStatusOf(options.kube, options.nodeName, options.signal),
      planID: plan.id,
      verify: async () => (await whatIsLeft(order, options)).plan.id,
    });
  }
  throw new Error(`${total} drives are still not raw after ${PASSES} passes: see the steps above`);
}

/** A new look at the machine and the cluster. */
async function lookForReset(
  options: ResetOptions,
  order?: Order,
): Promise<{ inventory: Inventory; reset: PlannedReset }> {
  const { kube, nodeName, bootID, discover, signal } = options;
  const seen = await observe(kube, nodeName, bootID, signal);
  const { spec } = intentOf(seen);
  const inventory = inventoryFor(await readMachine(discover, spec, signal), seen, spec);
  return { inventory, reset: resetFor(inventory, seen, spec, order) };
}

/** A reset that leaves anything is no reset: whoever ordered it must hear of it. */
async function checkRaw({ drives }: Order, options: ResetOptions): Promise<void> {
  const { inventory } = await lookForReset(options);
  const left = inventory.drives.find(({ identity, state }) => identity in drives && state !== 'Free');
  if (left === undefined) return;
  throw new RefusedOrderError(`${left.path} is not raw: ${left.reason ?? `its state is ${left.state}`}`);
}

/** What is still to be done, all of it ordered. */
async function whatIsLeft(order: Order, options: ResetOptions): Promise<PlannedReset> {
  const { reset } = await lookForReset(options, order);
  const obstacle = obstacleTo(order, reset);
  if (obstacle !== undefined) throw new RefusedOrderError(obstacle);
  return reset;
}

/** Why the rest of an order must not be carried out, in words. */
export function obstacleTo(
  order: Order,
  { blocked, plan, drives, volumes }: PlannedReset,
): string | undefined {
  if (blocked) return plan.refusals.map(({ path, reason }) => `${path}: ${reason}`).join('; ');
  if (volumes.length > 0) return `PersistentVolume ${volumes.join(', ')} names a drive that is being reset`;
  const other = drives.find((drive) => !covers(order, drive));
  return other && `${other.path} carries something else than when the reset was ordered`;
}
