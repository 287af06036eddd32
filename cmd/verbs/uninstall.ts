import { dryRunFlag, dryRunOf } from '../cli/dry-run.ts';
import { isOn } from '../cli/flag.ts';
import { timeoutOf } from '../cli/wait-flags.ts';
import { clusterVerb, type Invocation } from '../cli/verb.ts';
import { UsageError } from '../errors/usage.ts';
import { runUninstall, type UninstallOp } from '../uninstall/run-uninstall.ts';

const USUAL_TIMEOUT = '5m';

/** `kubectl nvme uninstall`: everything of ours but the data. */
export const uninstall = clusterVerb<UninstallOp>({
  usage: {
    args: '',
    maxArgs: 0,
    description:
      'Take kubectl-nvme out of the cluster: first what taints nodes, then the agents, then our taints. Volumes and\n' +
      'what is on the drives stay, profiles and reports too; the end of the output says how to remove them.',
    examples: [
      { comment: 'What would go', command: 'kubectl nvme uninstall --dry-run' },
      { comment: 'Uninstall, and wait until it is gone', command: 'kubectl nvme uninstall' },
      { comment: 'Delete all profiles and reports as well', command: 'kubectl nvme uninstall --crds' },
    ],
    flags: [
      { long: 'crds', description: 'Also delete the CRDs, and with them every NVMeProfile and NVMeNode' },
      dryRunFlag('Only print what would go; server also asks the API server'),
      { long: 'wait', on: true, description: 'Wait until the namespaces are gone (default)' },
      {
        long: 'timeout',
        value: 'DURATION',
        description: `How long to wait for everything (default ${USUAL_TIMEOUT}); 0 means no limit`,
      },
    ],
  },
  parse: ({ args, flags }: Invocation) => {
    if (args.length > 0) throw new UsageError(`unexpected arguments: ${args.join(' ')}`);
    return {
      dryRun: dryRunOf(flags),
      definitions: isOn(flags, 'crds'),
      wait: isOn(flags, 'wait'),
      timeoutMs: timeoutOf(flags, USUAL_TIMEOUT),
    };
  },
  run: runUninstall,
});
