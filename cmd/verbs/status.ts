import { isOn } from '../cli/flag.ts';
import { nodeSelection, SELECTOR_FLAG, type NodeSelection } from '../cli/node-selection.ts';
import { PRINT_FLAGS, printRequest, type PrintRequest } from '../cli/print-flags.ts';
import { clusterVerb, type Context, type Invocation } from '../cli/verb.ts';
import { Failures } from '../errors/exit.ts';
import { writeRows } from '../print/write-rows.ts';
import { collect } from '../status/collect.ts';
import { printableNodes } from '../status/columns.ts';
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
  const { view, errors, notes } = await collect(context.kube, op.query);
  const rows = summarizeCluster(view, { all: op.query.names.length > 0 });
  for (const note of notes) context.stderr.write(`Note: ${note}\n`);
  if (rows.length > 0 || errors.length === 0) {
    const printable = printableNodes(() => context.clock.now());
    await writeRows(rows, printable, { ...op.print, single: op.query.names.length === 1 }, context);
  }
  if (errors.length > 0) throw new Failures(errors);
}
