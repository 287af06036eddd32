import { dryRunFlag, dryRunOf } from '../cli/dry-run.ts';
import { isOn, textOf } from '../cli/flag.ts';
import { requiredNodes, SELECTOR_FLAG } from '../cli/node-selection.ts';
import { clusterVerb, type Invocation } from '../cli/verb.ts';
import { WAIT_FLAGS, waitOf } from '../cli/wait-flags.ts';
import { runReset, type ResetOp } from '../reset/run.ts';

/** `kubectl nvme reset node`: back to raw drives, once a person has seen what is lost. */
export const resetNodeVerb = clusterVerb<ResetOp>({
  usage: {
    args: 'NODE...',
    candidates: 'nodes',
    description:
      'Make the drives of nodes raw again: their agents delete the free volumes, then everything of kubectl-nvme on the\n' +
      'drives. What is lost is shown first, and must be confirmed by the plan’s ID or by typing the node’s name. Volumes\n' +
      'with a claim, drives in use and data of others are refused, whatever flag is given. The node stays paused.',
    examples: [
      { comment: 'What would be lost', command: 'kubectl nvme reset node worker-1 --dry-run' },
      { comment: 'Empty its drives', command: 'kubectl nvme reset node worker-1' },
    ],
    flags: [
      { long: 'plan-id', value: 'ID', description: 'Carry out this plan only, without asking' },
      {
        long: 'force',
        description: 'Do not ask for the node’s name; what is in use is refused all the same',
      },
      dryRunFlag(
        'Show what would be lost and change nothing; server also has the API server check the order',
      ),
      ...WAIT_FLAGS,
      SELECTOR_FLAG,
    ],
  },
  parse,
  run: runReset,
});

function parse(invocation: Invocation): ResetOp {
  const { flags } = invocation;
  const planID = textOf(flags, 'plan-id');
  return {
    nodes: requiredNodes(invocation, 'kubectl nvme reset node'),
    ...(planID === undefined ? {} : { planID }),
    force: isOn(flags, 'force'),
    dryRun: dryRunOf(flags),
    ...waitOf(flags),
  };
}
