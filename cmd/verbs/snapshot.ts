import { timestamp } from '../../kube/timestamp.ts';
import { nodeNames } from '../cli/node-names.ts';
import { clusterVerb, type Context, type Invocation } from '../cli/verb.ts';
import { programVersion } from '../cli/version.ts';
import { UsageError } from '../errors/usage.ts';
import { toJson } from '../print/json.ts';
import { bundleOf } from '../snapshot/bundle.ts';
import { collectNodeFiles } from '../snapshot/collect.ts';

/** `kubectl nvme snapshot`: everything about a node's drives in one file, for a bug report. */
export const snapshot = clusterVerb<{ node: string }>({
  usage: {
    args: 'NODE',
    candidates: 'nodes',
    maxArgs: 1,
    description:
      'Print a support bundle as one JSON document: what the agent read of the drives, the node, its NVMeNode, profiles,\n' +
      'volumes, claims, pods, events, and the end of the agent’s log. No Secret is read; environments and arguments of\n' +
      'containers, foreign annotations, and whatever looks like a token or key are left out.\n' +
      '`nvme-agent plan LAYOUT --snapshot FILE` plans from it anywhere.',
    examples: [{ comment: 'Write it to a file', command: 'kubectl nvme snapshot worker-1 > worker-1.json' }],
    flags: [],
  },
  parse({ args }: Invocation) {
    const [node, ...more] = nodeNames(args);
    if (node === undefined) throw new UsageError('NODE is required: kubectl nvme snapshot NODE');
    if (more.length > 0) throw new UsageError(`expected one node, got ${args.length}: ${args.join(' ')}`);
    return { node };
  },
  run,
});

async function run({ node }: { node: string }, { kube, clock, stdout, stderr }: Context): Promise<void> {
  const files = await collectNodeFiles(kube, node);
  for (const note of files.notes) stderr.write(`Note: ${note}\n`);
  stdout.write(toJson(bundleOf(files, { at: timestamp(clock.now()), plugin: programVersion() })));
}
