import { isOn } from '../cli/flag.ts';
import { nodeSelection, SELECTOR_FLAG, type NodeSelection } from '../cli/node-selection.ts';
import { PRINT_FLAGS, printRequest, type PrintRequest } from '../cli/print-flags.ts';
import { clusterVerb, type Context, type Invocation } from '../cli/verb.ts';
import { Failures } from '../errors/exit.ts';
import type { Printable } from '../print/objects.ts';
import { writeRows } from '../print/write-rows.ts';
import { collectRows } from '../status/collect-rows.ts';
import { collect, type Collected } from '../status/collect.ts';
import { printableNodes, printableRows } from '../status/columns.ts';
import { summarizeCluster } from '../status/summarize.ts';

interface StatusOp {
  query: NodeSelection;
  print: PrintRequest;
  watch: boolean;
}

/** `kubectl nvme status`: nodes × drives × layout × volumes × taint × problem. */
export const status = clusterVerb<StatusOp>({
  usage: {
    args: '[NODE...]',
    candidates: 'nodes',
    description:
      'Show nodes with their NVMe drives, layout, volumes, startup taint and what is wrong with them.\n' +
      'Without a name: the nodes that are enrolled, matched by a profile, or tainted for their drives.',
    examples: [
      { comment: 'All nodes with NVMe drives', command: 'kubectl nvme status' },
      {
        comment: 'One node, with models and NUMA nodes',
        command: 'kubectl nvme status worker-1 -o wide',
      },
      { comment: 'Keep watching', command: 'kubectl nvme status -w' },
      {
        comment: 'Nodes that are not ready',
        command: `kubectl nvme status -o jsonpath='{.items[?(@.phase!="Ready")].metadata.name}'`,
      },
    ],
    flags: [
      ...PRINT_FLAGS,
      SELECTOR_FLAG,
      {
        long: 'watch',
        short: 'w',
        description: 'Watch: a live screen on a terminal, one line a change elsewhere',
      },
    ],
  },
  parse,
  run,
});

function parse(invocation: Invocation): StatusOp {
  const { flags } = invocation;
  return { query: nodeSelection(invocation), print: printRequest(flags), watch: isOn(flags, 'watch') };
}

async function run(op: StatusOp, context: Context): Promise<void> {
  if (op.watch) {
    const { watchStatus } = await import('../status/watch.ts');
    await watchStatus(op, context);
    return;
  }
  const { format, sortBy } = op.print;
  const isFleet = op.query.names.length === 0 && format.kind === 'table' && sortBy === undefined;
  await (isFleet ? printFleet(op, context) : printNodes(op, context));
}

/** The table of many nodes needs little of each. */
async function printFleet(op: StatusOp, context: Context): Promise<void> {
  const { rows, errors, notes } = await collectRows(context.kube, op.query);
  const printable = printableRows(() => context.clock.now());
  await print(rows, printable, { ...op, errors, notes }, context);
}

async function printNodes(op: StatusOp, context: Context): Promise<void> {
  const { view, errors, notes } = await collect(context.kube, op.query);
  const rows = summarizeCluster(view, { all: op.query.names.length > 0 });
  const printable = printableNodes(() => context.clock.now());
  await print(rows, printable, { ...op, errors, notes }, context);
}

async function print<T>(
  rows: readonly T[],
  printable: Printable<T>,
  { query, print: request, errors, notes }: StatusOp & Omit<Collected, 'view'>,
  context: Context,
): Promise<void> {
  for (const note of notes) context.stderr.write(`Note: ${note}\n`);
  if (rows.length > 0 || errors.length === 0) {
    await writeRows(rows, printable, { ...request, single: query.names.length === 1 }, context);
  }
  if (errors.length > 0) throw new Failures(errors);
}
