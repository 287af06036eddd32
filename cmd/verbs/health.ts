import { nodeSelection, SELECTOR_FLAG, type NodeSelection } from '../cli/node-selection.ts';
import { PRINT_FLAGS, printRequest, type PrintRequest } from '../cli/print-flags.ts';
import { clusterVerb, type Context, type Invocation } from '../cli/verb.ts';
import { Failures } from '../errors/exit.ts';
import { driveReports, printableReports } from '../health/columns.ts';
import { drivesOf } from '../list/drives.ts';
import { writeRows } from '../print/write-rows.ts';
import { collect } from '../status/collect.ts';
import { summarizeCluster } from '../status/summarize.ts';

interface HealthOp {
  query: NodeSelection;
  print: PrintRequest;
}

/** `kubectl nvme health`: wear, spare blocks and errors of the local drives. */
export const health = clusterVerb<HealthOp>({
  usage: {
    args: '[NODE...]',
    candidates: 'nodes',
    description:
      'Show wear, spare blocks and errors of local drives, as their own SMART logs tell them, and what to think of it:\n' +
      'OK, Warning, Critical, or Unknown when a drive tells nothing. The agents report it; temperatures are left out.',
    examples: [
      { comment: 'All local drives', command: 'kubectl nvme health' },
      { comment: 'The most worn last', command: 'kubectl nvme health --sort-by=.health.percentageUsed' },
      {
        comment: 'Drives that want a person',
        command: `kubectl nvme health -o jsonpath='{.items[?(@.verdict.health=="Critical")].metadata.name}'`,
      },
    ],
    flags: [SELECTOR_FLAG, ...PRINT_FLAGS],
  },
  parse: (invocation: Invocation) => ({
    query: nodeSelection(invocation),
    print: printRequest(invocation.flags),
  }),
  run,
});

async function run({ query, print }: HealthOp, context: Context): Promise<void> {
  const { view, errors } = await collect(context.kube, query);
  const rows = driveReports(drivesOf(summarizeCluster(view, { all: query.names.length > 0 })));
  if (rows.length > 0 || errors.length === 0) await writeRows(rows, printableReports, print, context);
  if (errors.length > 0) throw new Failures(errors);
}
