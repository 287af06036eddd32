import type { Plan } from '../../api/plan.ts';
import { isAlreadyExists, isConflict, isInvalid } from '../../kube/errors.ts';
import type { Context } from '../cli/verb.ts';
import { Failure, Interrupted } from '../errors/exit.ts';
import { toJson } from '../print/json.ts';
import { decide } from './decide.ts';
import { followSetup, type ProgressView } from './follow-setup.ts';
import { noPlan } from './no-plan.ts';
import type { SetupOrder } from './order.ts';
import type { Followed } from './outcome.ts';
import { placeOrder } from './place-order.ts';
import { plainProgress } from './plain-progress.ts';
import { previewPlan } from './preview.ts';
import { planText } from './print-plan.ts';
import { readSituation } from './situation.ts';

/** A parsed `setup node`. */
export interface SetupOp {
  order: SetupOrder;
  dryRun: 'none' | 'client' | 'server';
  output: 'text' | 'json' | 'yaml';
  wait: boolean;
  /** 0 for no limit. */
  timeoutMs: number;
}

/** How often an order is decided anew because the NVMeNode changed between reading and writing. */
const ATTEMPTS = 4;

/** Reads, decides, orders and follows; see setup-node.ts for the words around it. */
export async function runSetup(op: SetupOp, context: Context): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await attemptSetup(op, context);
      return;
    } catch (error) {
      const raced = isConflict(error) || isAlreadyExists(error) || isInvalid(error);
      if (!raced || attempt === ATTEMPTS) throw error;
    }
  }
}

async function attemptSetup(op: SetupOp, context: Context): Promise<void> {
  const { order, dryRun } = op;
  const situation = await readSituation(context.kube, order);
  const plan = await previewPlan(context.kube, order, situation);
  const decision = decide(order, situation, plan);
  if (dryRun !== 'none' && plan) context.stdout.write(await printPlan(op, plan));
  if (decision.kind === 'refuse') throw new Failure(decision.message, { next: decision.next });
  if (dryRun !== 'none' && plan === undefined) throw noPlan(order.node);
  if (dryRun === 'client') return;
  const followed =
    decision.kind === 'attach'
      ? decision.followed
      : await placeOrder(context.kube, order, situation, {
          id: context.newID(),
          dryRun: dryRun === 'server',
        });
  if (dryRun === 'server') context.stderr.write(`node/${order.node} set up (server dry run)\n`);
  else await afterOrder(op, context, { followed, attached: decision.kind === 'attach', plan });
}

async function printPlan({ order, output }: SetupOp, plan: Plan): Promise<string> {
  if (output === 'json') return toJson(plan);
  return output === 'yaml' ? (await import('../print/yaml.ts')).toYaml(plan) : planText(order.node, plan);
}

interface Ordered {
  followed: Followed;
  attached: boolean;
  plan: Plan | undefined;
}

async function afterOrder(
  { order, wait, timeoutMs }: SetupOp,
  context: Context,
  ordered: Ordered,
): Promise<void> {
  const { node } = order;
  if (ordered.attached) context.stderr.write(`node/${node}: a set-up is under way already; following it\n`);
  for (const { path, reason } of ordered.plan?.refusals ?? []) {
    context.stderr.write(`node/${node}: ${path} is left alone: ${reason}\n`);
  }
  if (!wait) {
    context.stdout.write(`node/${node} ordered\n`);
    return;
  }
  const view = await progressView(node, context, ordered);
  try {
    await followSetup(node, ordered.followed, context, { view, timeoutMs });
  } catch (error) {
    if (error instanceof Interrupted) {
      context.stderr.write(
        `\nDetached; the work goes on. Follow it again: kubectl nvme setup node ${node}\n`,
      );
    }
    throw error;
  }
  context.stdout.write(`node/${node} set up\n`);
}

async function progressView(node: string, context: Context, { plan }: Ordered): Promise<ProgressView> {
  if (!context.terminal) return plainProgress(node, context.stderr);
  const { screenProgress } = await import('./screen-progress.tsx');
  return screenProgress(node, plan, { terminal: context.terminal, clock: context.clock });
}
