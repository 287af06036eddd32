import { DRIVE_STATES, type DriveState } from '../../api/drive.ts';
import { clusterVerb, type Context } from '../cli/verb.ts';
import { Failures } from '../errors/exit.ts';
import { drivesOf, printableDrives } from '../list/drives.ts';
import { listFlags, listOp, type ListOp } from '../list/flags.ts';
import { writeRows } from '../print/write-rows.ts';
import { collect } from '../status/collect.ts';
import { summarizeCluster } from '../status/summarize.ts';

/** `kubectl nvme list drives`: one line a drive, with why it is not used. */
export const listDrives = clusterVerb<ListOp<DriveState>>({
  usage: {
    args: '',
    maxArgs: 0,
    description:
      'List the drives of all nodes as their agents reported them: local, remote and root, with state and reason.',
    examples: [
      {
        comment: 'Drives that somebody else’s data is on',
        command: 'kubectl nvme list drives --state Foreign',
      },
      { comment: 'The largest last', command: 'kubectl nvme list drives --sort-by=.size' },
    ],
    flags: listFlags(DRIVE_STATES),
  },
  parse: (invocation) => listOp(invocation, DRIVE_STATES),
  run,
});

async function run({ nodes, states, print }: ListOp<DriveState>, context: Context): Promise<void> {
  const { view, errors, notes } = await collect(context.kube, nodes);
  for (const note of notes) context.stderr.write(`Note: ${note}\n`);
  const drives = drivesOf(summarizeCluster(view));
  const rows = drives.filter(({ state }) => states?.has(state) ?? true);
  if (rows.length > 0 || errors.length === 0) await writeRows(rows, printableDrives, print, context);
  if (errors.length > 0) throw new Failures(errors);
}
