import type { Plan } from '../../api/plan.ts';
import { isAlreadyExists, isConflict, isInvalid } from '../../kube/errors.ts';
import type { Context } from '../cli/verb.ts';
import { Failure } from '../errors/exit.ts';
import { followRequest, type ProgressView } from '../follow/follow-request.ts';
import type { Followed } from '../follow/outcome.ts';
import type { SetupOrder } from './order.ts';
import { outcomeOf } from './outcome.ts';
import { placeOrder } from './place-order.ts';
import { prepare } from './prepare.ts';

/** How the set-up of one node is given and followed. */
export interface SetUpOptions {
  wait: boolean;
  /** 0 for no limit. */
  timeoutMs: number;
  openView: (node: string, plan: Plan | undefined) => Promise<ProgressView> | ProgressView;
  /** Called once the order is in the cluster, whatever becomes of it. */
  onOrdered: (node: string) => void;
}

/** How often an order is decided anew because the NVMeNode changed between reading and writing. */
const ATTEMPTS = 4;

/** Orders one node's set-up, or finds the one that is under way, and follows it to its end. */
export async function setUpNode(order: SetupOrder, options: SetUpOptions, context: Context): Promise<void> {
  const ordered = await placed(order, context);
  const { node } = order;
  options.onOrdered(node);
  if (ordered.attached) context.stderr.write(`node/${node}: a set-up is under way already; following it\n`);
  for (const { path, reason } of ordered.plan?.refusals ?? []) {
    context.stderr.write(`node/${node}: ${path} is left alone: ${reason}\n`);
  }
  if (!options.wait) {
    context.stdout.write(`node/${node} ordered\n`);
    return;
  }
  const work = {
    node,
    noun: 'set-up',
    command: `kubectl nvme setup node ${node}`,
    outcomeOf: (nvmeNode: Parameters<typeof outcomeOf>[0]) => outcomeOf(nvmeNode, ordered.followed),
  };
  const view = await options.openView(node, ordered.plan);
  await followRequest(work, context, { view, timeoutMs: options.timeoutMs });
  context.stdout.write(`node/${node} set up\n`);
}

interface Ordered {
  followed: Followed;
  attached: boolean;
  plan: Plan | undefined;
}

async function placed(order: SetupOrder, context: Context): Promise<Ordered> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await place(order, context);
    } catch (error) {
      const raced = isConflict(error) || isAlreadyExists(error) || isInvalid(error);
      if (!raced || attempt === ATTEMPTS) throw error;
    }
  }
}

async function place(order: SetupOrder, context: Context): Promise<Ordered> {
  const { situation, plan, decision } = await prepare(context.kube, order);
  if (decision.kind === 'refuse') throw new Failure(decision.message, { next: decision.next });
  if (decision.kind === 'attach') return { followed: decision.followed, attached: true, plan };
  const id = context.newID();
  const followed = await placeOrder(context.kube, order, situation, { id, dryRun: false });
  return { followed, attached: false, plan };
}
