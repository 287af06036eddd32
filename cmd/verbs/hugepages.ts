import { nodeSelection, SELECTOR_FLAG, type NodeSelection } from '../cli/node-selection.ts';
import { PRINT_FLAGS, printRequest, type PrintRequest } from '../cli/print-flags.ts';
import { clusterVerb, type Context, type Invocation } from '../cli/verb.ts';
import { Failures } from '../errors/exit.ts';
import { collectHugepages } from '../hugepages/collect.ts';
import { printableHugepages } from '../hugepages/columns.ts';
import { poolsOf } from '../../spdk/pools.ts';
import { writeRows } from '../print/write-rows.ts';

interface HugepagesOp {
  nodes: NodeSelection;
  print: PrintRequest;
}

/** `kubectl nvme hugepages`: what each NUMA node has, and what a new pod would really get of it. */
export const hugepages = clusterVerb<HugepagesOp>({
  usage: {
    args: '[NODE...]',
    candidates: 'nodes',
    description:
      'Show the hugepages of nodes by NUMA node and size, counted in pages. FREE is what a new pod would really get: what\n' +
      'the kernel has left, and no more than the kubelet would still grant beside the pods that are there.',
    examples: [
      { comment: 'All nodes with hugepages', command: 'kubectl nvme hugepages' },
      {
        comment: 'Free pages of one node, for a script',
        command: `kubectl nvme hugepages worker-1 -o jsonpath='{.items[*].free}'`,
      },
    ],
    flags: [...PRINT_FLAGS, SELECTOR_FLAG],
  },
  parse: (invocation: Invocation) => ({
    nodes: nodeSelection(invocation),
    print: printRequest(invocation.flags),
  }),
  run,
});

async function run({ nodes, print }: HugepagesOp, { kube, stdout, stderr }: Context): Promise<void> {
  const { facts, errors, notes } = await collectHugepages(kube, nodes);
  for (const note of notes) stderr.write(`Note: ${note}\n`);
  const rows = facts.flatMap(poolsOf);
  if (rows.length > 0 || errors.length === 0)
    await writeRows(rows, printableHugepages, print, { stdout, stderr });
  if (errors.length > 0) throw new Failures(errors);
}
