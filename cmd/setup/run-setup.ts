import type { DryRun } from '../cli/dry-run.ts';
import type { NodeSelection } from '../cli/node-selection.ts';
import { settleAll } from '../cli/settle-all.ts';
import type { Context } from '../cli/verb.ts';
import { Failures, Interrupted } from '../errors/exit.ts';
import { UsageError } from '../errors/usage.ts';
import { openViews } from '../follow/views.ts';
import { selectedNodes } from '../read/selected-nodes.ts';
import { dryRunSetup } from './dry-run.ts';
import { wishText, type Wish } from './order-flags.ts';
import type { SetupOrder } from './order.ts';
import { setUpNode } from './set-up-node.ts';

/** A parsed `setup node`. */
export interface SetupOp {
  nodes: NodeSelection;
  wish: Wish;
  planID?: string;
  dryRun: DryRun;
  output: 'text' | 'json' | 'yaml';
  wait: boolean;
  /** For each node; 0 for no limit. */
  timeoutMs: number;
  /** Nodes that are worked on at the same time. */
  maxParallel: number;
}

/** Sets nodes up side by side; one that fails does not stop the others. Ctrl-C stops watching, not the work. */
export async function runSetup(op: SetupOp, context: Context): Promise<void> {
  const names = await selectedNodes(context.kube, op.nodes);
  const orders = names.map((node) => orderOf(node, op, names.length));
  if (op.dryRun !== 'none') {
    await dryRunSetup(orders, { mode: op.dryRun, output: op.output }, context);
    return;
  }
  const ordered = new Set<string>();
  const views = await openViews(names, context);
  const options = {
    wait: op.wait,
    timeoutMs: op.timeoutMs,
    openView: views.open,
    onOrdered: (node: string) => ordered.add(node),
  };
  const results = await settleAll(orders, op.maxParallel, (order) =>
    setUpNode(order, options, views.context),
  );
  views.close();
  if (context.signal.aborted) throw detached(names, ordered, op, context);
  const errors = results.flatMap((result) =>
    result.status === 'rejected' ? [result.reason as unknown] : [],
  );
  if (errors.length > 0) throw new Failures(errors);
}

/** A plan ID is one node's: it covers that node's UID and drives. */
function orderOf(node: string, { wish, planID }: SetupOp, count: number): SetupOrder {
  if (planID !== undefined && count > 1) {
    throw new UsageError(`--plan-id is the plan of one node, got ${count} nodes`);
  }
  return { node, ...wish, ...(planID === undefined ? {} : { planID }) };
}

function detached(
  names: readonly string[],
  ordered: ReadonlySet<string>,
  { wish }: SetupOp,
  { stderr }: Context,
): Interrupted {
  const left = names.filter((name) => !ordered.has(name));
  if (ordered.size > 0) {
    const command = `kubectl nvme setup node ${[...ordered].join(' ')}${wishText(wish)}`;
    stderr.write(`\nDetached; the work goes on. Follow it again: ${command}\n`);
  }
  if (left.length > 0) stderr.write(`Not ordered: ${left.join(', ')}\n`);
  return new Interrupted('interrupted');
}
