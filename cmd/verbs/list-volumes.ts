import { VOLUME_STATES, type VolumeState } from '../../api/node.ts';
import { clusterVerb, type Context } from '../cli/verb.ts';
import { Failures } from '../errors/exit.ts';
import { listFlags, listOp, type ListOp } from '../list/flags.ts';
import { printableVolumes, volumesOfNodes } from '../list/volumes.ts';
import { writeRows } from '../print/write-rows.ts';
import { collect } from '../status/collect.ts';
import { summarizeCluster } from '../status/summarize.ts';

/** `kubectl nvme list volumes`: PersistentVolumes of ours with what the agents add. */
export const listVolumes = clusterVerb<ListOp<VolumeState>>({
  usage: {
    args: '',
    maxArgs: 0,
    description:
      'List the volumes on NVMe drives with node, state and claim: the live PersistentVolumes, and what only the agents\n' +
      'know – being published or cleaned, lost, failed, or data that nobody claims. Volumes whose node is gone are shown too.',
    examples: [
      { comment: 'Volumes that can be claimed', command: 'kubectl nvme list volumes --state Available' },
      { comment: 'Volumes of one node', command: 'kubectl nvme list volumes --node worker-1 -o wide' },
    ],
    flags: listFlags(VOLUME_STATES),
  },
  parse: (invocation) => listOp(invocation, VOLUME_STATES),
  run,
});

async function run({ nodes, states, print }: ListOp<VolumeState>, context: Context): Promise<void> {
  const { view, errors, notes } = await collect(context.kube, nodes);
  for (const note of notes) context.stderr.write(`Note: ${note}\n`);
  const gone = nodes.names.length === 0 && nodes.selector === undefined;
  const volumes = volumesOfNodes(summarizeCluster(view, { all: true }), view, { gone });
  const rows = volumes.filter(({ state }) => states?.has(state) ?? true);
  const printable = printableVolumes(() => context.clock.now());
  if (rows.length > 0 || errors.length === 0) await writeRows(rows, printable, print, context);
  if (errors.length > 0) throw new Failures(errors);
}
