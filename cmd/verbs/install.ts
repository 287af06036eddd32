import { choiceOf } from '../cli/choice.ts';
import type { FlagValues } from '../cli/flag.ts';
import type { LocalContext, Verb, VerbUsage } from '../cli/verb.ts';
import { UsageError } from '../errors/usage.ts';
import { INSTALL_FLAGS, installOp } from '../install/install-flags.ts';
import { installation, runInstall, runUpgrade, type InstallOp } from '../install/run-install.ts';
import { toJson } from '../print/json.ts';

/** `kubectl nvme install`: the manifests that come with the program, by server-side apply. */
export const install: Verb = installVerb(runInstall, {
  args: '',
  maxArgs: 0,
  description:
    'Install kubectl-nvme in the cluster, or complete and change an installation: what was chosen before stays\n' +
    'unless a flag says otherwise. With -o nothing is sent to the cluster; the manifests are printed.',
  examples: [
    { comment: 'Install, and wait until it runs', command: 'kubectl nvme install' },
    {
      comment: 'With a profile for nodes of a label: one filesystem and volume a drive',
      command: 'kubectl nvme install --profile filesystem-per-drive --node-selector disk=nvme',
    },
    {
      comment: 'From a mirror of the registry',
      command: 'kubectl nvme install --registry registry.example:5000/mirror --image-pull-secret mirror',
    },
    { comment: 'Show what would be applied', command: 'kubectl nvme install -o yaml' },
  ],
  flags: [
    ...INSTALL_FLAGS,
    {
      long: 'output',
      short: 'o',
      value: 'FORMAT',
      candidates: ['json', 'yaml'],
      description: 'Print the manifests as json or yaml and do nothing',
    },
  ],
});

/** `kubectl nvme upgrade`: the same over what is there. */
export const upgrade: Verb = installVerb(runUpgrade, {
  args: '',
  maxArgs: 0,
  description:
    'Bring the installation to the version of this plugin. What was chosen at the installation stays unless a\n' +
    'flag says otherwise; nodes, volumes and profiles are not touched.',
  examples: [{ comment: 'Upgrade, and wait until everything runs', command: 'kubectl nvme upgrade' }],
  flags: INSTALL_FLAGS,
});

function installVerb(run: typeof runInstall, usage: VerbUsage): Verb {
  return {
    usage,
    prepare({ args, flags }) {
      if (args.length > 0) throw new UsageError(`unexpected arguments: ${args.join(' ')}`);
      const op = installOp(flags);
      const output = outputOf(flags);
      return output === undefined
        ? { cluster: true, run: (context) => run(op, context) }
        : { cluster: false, run: (context) => printManifests(op, output, context) };
    },
  };
}

const outputOf = (flags: FlagValues) => choiceOf(flags, 'output', ['json', 'yaml']);

async function printManifests(op: InstallOp, output: 'json' | 'yaml', context: LocalContext): Promise<void> {
  const { objects, profile } = await installation(op, context);
  const items = [...objects, ...(profile ? [profile] : [])];
  if (output === 'json') context.stdout.write(toJson({ apiVersion: 'v1', kind: 'List', items }));
  else {
    const { toYaml } = await import('../print/yaml.ts');
    context.stdout.write(items.map(toYaml).join('---\n'));
  }
}
