import type { NodeSelection } from '../cli/node-selection.ts';
import type { Context } from '../cli/verb.ts';
import { Failures, Interrupted } from '../errors/exit.ts';
import { UsageError } from '../errors/usage.ts';
import { selectedNodes } from '../read/selected-nodes.ts';
import { resetNode, type ResetOptions } from './reset-node.ts';

/** A parsed `reset node`. */
export interface ResetOp extends ResetOptions {
  nodes: NodeSelection;
}

/** One node after the other, because each is confirmed; one that fails does not stop the others. */
export async function runReset(op: ResetOp, context: Context): Promise<void> {
  const names = await selectedNodes(context.kube, op.nodes);
  if (op.planID !== undefined && names.length > 1) {
    throw new UsageError(`--plan-id is the plan of one node, got ${names.length} nodes`);
  }
  const errors: unknown[] = [];
  for (const name of names) {
    try {
      await resetNode(name, op, context);
    } catch (error) {
      if (context.signal.aborted || error instanceof Interrupted) throw detached(names, name, context);
      errors.push(error);
    }
  }
  if (errors.length > 0) throw new Failures(errors);
}

function detached(names: readonly string[], at: string, { stderr }: Context): Interrupted {
  const left = names.slice(names.indexOf(at) + 1);
  stderr.write(`\nDetached; a reset that was ordered goes on. See: kubectl nvme describe node ${at}\n`);
  if (left.length > 0) stderr.write(`Not ordered: ${left.join(', ')}\n`);
  return new Interrupted('interrupted');
}
