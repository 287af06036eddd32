import { dryRunFlag, dryRunOf } from '../cli/dry-run.ts';
import { textOf, type FlagValues } from '../cli/flag.ts';
import { requiredNodes, SELECTOR_FLAG } from '../cli/node-selection.ts';
import { clusterVerb, type Context, type Invocation } from '../cli/verb.ts';
import { WAIT_FLAGS, waitOf } from '../cli/wait-flags.ts';
import { UsageError } from '../errors/usage.ts';
import { WISH_FLAGS, wishOf } from '../setup/order-flags.ts';
import { runSetup, type SetupOp } from '../setup/run-setup.ts';

/** `kubectl nvme setup node`: orders the node's agent to set its drives up, and shows the work. */
export const setupNode = clusterVerb<SetupOp>({
  usage: {
    args: 'NODE...',
    candidates: 'nodes',
    description:
      'Set up the NVMe drives of nodes: their agents make the layout, publish the volumes and remove the taint.\n' +
      'Ctrl-C only stops watching; the work goes on, and the same command follows it again. A node that fails does not\n' +
      'stop the others; the exit code is 0 when all are ready, 1 when any is not, 130 after Ctrl-C.',
    examples: [
      {
        comment: 'What would be done, and which drives are left alone',
        command: 'kubectl nvme setup node worker-1 --dry-run',
      },
      { comment: 'Set up as the matching profile says', command: 'kubectl nvme setup node worker-1' },
      {
        comment: 'One striped array over all drives',
        command: 'kubectl nvme setup node worker-1 --layout raid',
      },
      {
        comment: 'A pool, ten nodes at a time',
        command: 'kubectl nvme setup node -l pool=nvme --max-parallel 10',
      },
    ],
    flags: [
      ...WISH_FLAGS,
      {
        long: 'plan-id',
        value: 'ID',
        description: 'Carry out this plan only; a plan that has changed since is refused',
      },
      dryRunFlag('Print the steps and change nothing; server also has the API server check the order'),
      {
        long: 'output',
        short: 'o',
        value: 'FORMAT',
        candidates: ['json', 'yaml'],
        description: 'Print the plan of a dry run as json or yaml',
      },
      ...WAIT_FLAGS,
      { long: 'max-parallel', value: 'N', description: 'Nodes that are set up at the same time (default 5)' },
      SELECTOR_FLAG,
    ],
  },
  parse,
  run: (op: SetupOp, context: Context) => runSetup(op, context),
});

function parse(invocation: Invocation): SetupOp {
  const { flags } = invocation;
  const nodes = requiredNodes(invocation, 'kubectl nvme setup node');
  const planID = textOf(flags, 'plan-id');
  if (planID !== undefined && nodes.names.length > 1) {
    throw new UsageError(
      `--plan-id is the plan of one node, got ${nodes.names.length}: ${nodes.names.join(' ')}`,
    );
  }
  return {
    nodes,
    wish: wishOf(flags),
    ...(planID === undefined ? {} : { planID }),
    dryRun: dryRunOf(flags),
    output: outputOf(flags),
    ...waitOf(flags),
    maxParallel: maxParallelOf(flags),
  };
}

function maxParallelOf(flags: FlagValues): number {
  const text = textOf(flags, 'max-parallel') ?? '5';
  if (/^[1-9]\d{0,3}$/.test(text)) return Number(text);
  throw new UsageError(
    `invalid argument "${text}" for "--max-parallel" flag: expected a number from 1 to 9999`,
  );
}

function outputOf(flags: FlagValues): SetupOp['output'] {
  const word = textOf(flags, 'output');
  if (word === undefined) return 'text';
  if (word !== 'json' && word !== 'yaml') {
    throw new UsageError(
      `unable to match a printer suitable for the output format "${word}", allowed formats are: json,yaml`,
    );
  }
  if (dryRunOf(flags) === 'none')
    throw new UsageError('--output prints the plan of a dry run: add --dry-run');
  return word;
}
