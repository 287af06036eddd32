import { API_VERSION } from '../../api/group.ts';
import type { DryRun } from '../cli/dry-run.ts';
import type { Context } from '../cli/verb.ts';
import { Failure, Failures } from '../errors/exit.ts';
import { toJson } from '../print/json.ts';
import { noPlan } from './no-plan.ts';
import type { SetupOrder } from './order.ts';
import { placeOrder } from './place-order.ts';
import { prepare, type Prepared } from './prepare.ts';
import { planText } from './print-plan.ts';

export interface DryRunOptions {
  mode: Exclude<DryRun, 'none'>;
  output: 'text' | 'json' | 'yaml';
}

/** Prints what set-up would do on each node, and with `server` has the API server check each order. */
export async function dryRunSetup(
  orders: readonly SetupOrder[],
  { mode, output }: DryRunOptions,
  context: Context,
): Promise<void> {
  const results = await Promise.allSettled(orders.map((order) => prepare(context.kube, order)));
  const prepared = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const text = await printed(prepared, output, orders.length === 1);
  if (text !== '') context.stdout.write(text);
  const errors = results.flatMap((result) =>
    result.status === 'rejected' ? [result.reason as unknown] : [],
  );
  for (const one of prepared) {
    try {
      refuse(one);
      if (mode === 'server') await checkOnServer(one, context);
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length > 0) throw new Failures(errors);
}

/** One plan bare, several as a List, as kubectl prints objects. */
async function printed(
  prepared: readonly Prepared[],
  output: DryRunOptions['output'],
  single: boolean,
): Promise<string> {
  const plans = prepared.flatMap(({ order, plan }) => (plan ? [{ node: order.node, plan }] : []));
  if (plans.length === 0) return '';
  if (output === 'text') return plans.map(({ node, plan }) => planText(node, plan)).join('\n');
  const items = plans.map(({ node, plan }) => ({
    apiVersion: API_VERSION,
    kind: 'NodePlan',
    metadata: { name: node },
    ...plan,
  }));
  const document = single
    ? plans[0]?.plan
    : { apiVersion: 'v1', kind: 'List', metadata: { resourceVersion: '' }, items };
  return output === 'json' ? toJson(document) : (await import('../print/yaml.ts')).toYaml(document);
}

function refuse({ order, plan, decision }: Prepared): void {
  if (decision.kind === 'refuse') throw new Failure(decision.message, { next: decision.next });
  if (plan === undefined) throw noPlan(order.node);
}

async function checkOnServer({ order, situation, decision }: Prepared, context: Context): Promise<void> {
  if (decision.kind === 'write') {
    await placeOrder(context.kube, order, situation, { id: context.newID(), dryRun: true });
  }
  context.stderr.write(`node/${order.node} set up (server dry run)\n`);
}
