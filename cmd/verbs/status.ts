import { isOn, textOf } from '../cli/flag.ts';
import { nodeNames } from '../cli/node-names.ts';
import { PRINT_FLAGS, printRequest, type PrintRequest } from '../cli/print-flags.ts';
import { clusterVerb, type Context, type Invocation } from '../cli/verb.ts';
import { Failures } from '../errors/exit.ts';
import { UsageError } from '../errors/usage.ts';
import { printObjects } from '../print/objects.ts';
import { sortByPath } from '../print/sort.ts';
import { collect, type NodeQuery } from '../status/collect.ts';
import { printableNodes } from '../status/columns.ts';
import { summarizeCluster } from '../status/summarize.ts';

interface StatusOp {
  query: NodeQuery;
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
      {
        long: 'selector',
        short: 'l',
        value: 'SELECTOR',
        description: 'Label selector on the nodes, for example disk=nvme',
      },
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

function parse({ args, flags }: Invocation): StatusOp {
  const names = nodeNames(args);
  const selector = textOf(flags, 'selector');
  if (names.length > 0 && selector !== undefined) {
    throw new UsageError('selectors and the all flag cannot be used when passing resource/name arguments');
  }
  return {
    query: { names, ...(selector === undefined ? {} : { selector }) },
    print: printRequest(flags),
    watch: isOn(flags, 'watch'),
  };
}

async function run(op: StatusOp, context: Context): Promise<void> {
  if (op.watch) {
    const { watchStatus } = await import('../status/watch.ts');
    await watchStatus(op, context);
    return;
  }
  const { view, errors, notes } = await collect(context.kube, op.query);
  const single = op.query.names.length === 1;
  const summaries = summarizeCluster(view, { all: op.query.names.length > 0 });
  const rows = op.print.sortBy === undefined ? summaries : sortByPath(summaries, op.print.sortBy);
  for (const note of notes) context.stderr.write(`Note: ${note}\n`);
  if (rows.length === 0 && errors.length === 0 && op.print.format.kind === 'table') {
    context.stderr.write('No resources found\n');
  } else if (rows.length > 0 || errors.length === 0) {
    const printable = printableNodes(() => context.clock.now());
    context.stdout.write(await printObjects(rows, printable, { ...op.print, single }));
  }
  if (errors.length > 0) throw new Failures(errors);
}
