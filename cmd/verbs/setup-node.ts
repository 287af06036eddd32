import { parseDuration } from '../../api/duration.ts';
import { dryRunFlag, dryRunOf } from '../cli/dry-run.ts';
import { isOn, textOf, type FlagValues } from '../cli/flag.ts';
import { nodeNames } from '../cli/node-names.ts';
import { clusterVerb, type Context, type Invocation } from '../cli/verb.ts';
import { UsageError } from '../errors/usage.ts';
import { WISH_FLAGS, wishOf } from '../setup/order-flags.ts';
import type { SetupOrder } from '../setup/order.ts';
import { runSetup, type SetupOp } from '../setup/run-setup.ts';

/** `kubectl nvme setup node`: orders the node's agent to set its drives up, and shows the work. */
export const setupNode = clusterVerb<SetupOp>({
  usage: {
    args: 'NODE',
    candidates: 'nodes',
    maxArgs: 1,
    description:
      'Set up the NVMe drives of a node: its agent makes the layout, publishes the volumes and removes the taint.\n' +
      'Ctrl-C only stops watching; the work goes on, and the same command follows it again.',
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
      {
        long: 'wait',
        on: true,
        description: 'Wait for the end of the work (default); --wait=false only gives the order',
      },
      { long: 'timeout', value: 'DURATION', description: 'How long to wait (default 10m); 0 means no limit' },
    ],
  },
  parse,
  run: (op: SetupOp, context: Context) => runSetup(op, context),
});

function parse({ args, flags }: Invocation): SetupOp {
  const [node, ...more] = nodeNames(args);
  if (node === undefined) throw new UsageError('NODE is required: kubectl nvme setup node NODE');
  if (more.length > 0) throw new UsageError(`expected one node, got ${args.length}: ${args.join(' ')}`);
  return {
    order: orderOf(node, flags),
    dryRun: dryRunOf(flags),
    output: outputOf(flags),
    wait: isOn(flags, 'wait'),
    timeoutMs: timeoutOf(flags),
  };
}

function orderOf(node: string, flags: FlagValues): SetupOrder {
  const planID = textOf(flags, 'plan-id');
  return { node, ...wishOf(flags), ...(planID === undefined ? {} : { planID }) };
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

function timeoutOf(flags: FlagValues): number {
  const text = textOf(flags, 'timeout') ?? '10m';
  try {
    return parseDuration(text.replace(/^0s$/, '0'));
  } catch (cause) {
    throw new UsageError(`invalid argument "${text}" for "--timeout" flag: ${(cause as Error).message}`, {
      cause,
    });
  }
}
