import { isOn, textOf } from '../cli/flag.ts';
import { requiredNodes, SELECTOR_FLAG } from '../cli/node-selection.ts';
import { clusterVerb, type Invocation } from '../cli/verb.ts';
import { UsageError } from '../errors/usage.ts';
import { runTaint, type TaintOp } from '../taint/run.ts';

/** `kubectl nvme taint`: the pager's way out of a taint that stays, and the way back. */
export const taintVerb = clusterVerb<TaintOp>({
  usage: {
    args: 'NODE...',
    candidates: 'nodes',
    description:
      'With --remove: take the startup taint off nodes, so that pods land there at once, and mark the nodes paused –\n' +
      'who, why, when – so that nothing taints them again, sets them up, cleans or resets them.\n' +
      'Without: end the pause, and put the taint back on until the drives are ready.',
    examples: [
      {
        comment: 'Let pods onto a node whose set-up hangs',
        command: 'kubectl nvme taint worker-1 --remove --reason "INC-42"',
      },
      { comment: 'End the pause', command: 'kubectl nvme taint worker-1' },
      { comment: 'See which nodes are paused', command: 'kubectl nvme status' },
    ],
    flags: [
      { long: 'remove', description: 'Take the taint off and pause the nodes' },
      {
        long: 'reason',
        value: 'TEXT',
        description: 'Why the nodes are paused; shown by status and describe',
      },
      SELECTOR_FLAG,
    ],
  },
  parse,
  run: runTaint,
});

function parse(invocation: Invocation): TaintOp {
  const { flags } = invocation;
  const remove = isOn(flags, 'remove');
  const why = textOf(flags, 'reason');
  if (why !== undefined && !remove) throw new UsageError('--reason says why nodes are paused: add --remove');
  return {
    nodes: requiredNodes(invocation, 'kubectl nvme taint'),
    remove,
    why: why ?? 'kubectl nvme taint --remove',
  };
}
