import { PROVIDERS } from '../../api/profile.ts';
import { choiceOf } from '../cli/choice.ts';
import { isOn, textOf, textsOf, type Flag, type FlagValues } from '../cli/flag.ts';
import { timeoutOf } from '../cli/wait-flags.ts';
import { UsageError } from '../errors/usage.ts';
import { isImageReference } from './image.ts';
import { ADMISSIONS, AUTOSCALINGS, type InstallOptions } from './options.ts';
import type { ProfileChoice } from './profile.ts';
import type { InstallOp } from './run-install.ts';

const USUAL_TIMEOUT = '5m';
const TIMEOUT_FLAG: Flag = {
  long: 'timeout',
  value: 'DURATION',
  description: `How long to wait for everything (default ${USUAL_TIMEOUT}); 0 means no limit`,
};

/** Flags of `install` and `upgrade`. */
export const INSTALL_FLAGS: readonly Flag[] = [
  {
    long: 'admission',
    value: 'HOW',
    candidates: ADMISSIONS,
    description: `How new nodes get their startup taint: ${ADMISSIONS.join(', ')} (default webhook)`,
  },
  {
    long: 'autoscaling',
    value: 'HOW',
    candidates: AUTOSCALINGS,
    description: `How claims meet cluster-autoscaler: ${AUTOSCALINGS.join(', ')} (default capacity)`,
  },
  {
    long: 'profile',
    value: 'NAME|FILE',
    description: 'Also apply this NVMeProfile: one that comes with the program, a file, or - for stdin',
  },
  {
    long: 'provider',
    value: 'NAME',
    candidates: PROVIDERS,
    description: `The cloud of that profile’s nodes: ${PROVIDERS.join(', ')}`,
  },
  {
    long: 'node-selector',
    value: 'LABELS',
    description: 'The labels of that profile’s nodes, for example disk=nvme,zone=a',
  },
  { long: 'image', value: 'IMAGE', description: 'Another image than the published one' },
  { long: 'registry', value: 'HOST[/PATH]', description: 'Take the image from this registry' },
  {
    long: 'image-pull-secret',
    value: 'NAME',
    repeated: true,
    description: 'Secret for the registry, in both namespaces; may be repeated',
  },
  {
    long: 'kubelet-root',
    value: 'DIR',
    description:
      'The folder of --root-dir of your kubelets; /var/lib/kubelet and those of k0s, MicroK8s and RKE are known',
  },
  { long: 'force-conflicts', description: 'Overwrite fields that somebody else manages' },
  { long: 'wait', on: true, description: 'Wait until everything runs (default); not with --wait=false' },
  TIMEOUT_FLAG,
];

/** Reads INSTALL_FLAGS. Throws UsageError. */
export function installOp(flags: FlagValues): InstallOp {
  const profile = profileOf(flags);
  return {
    options: optionsOf(flags),
    ...(profile === undefined ? {} : { profile }),
    force: isOn(flags, 'force-conflicts'),
    wait: isOn(flags, 'wait'),
    timeoutMs: timeoutOf(flags, USUAL_TIMEOUT),
  };
}

function optionsOf(flags: FlagValues): Partial<InstallOptions> {
  const admission = choiceOf(flags, 'admission', ADMISSIONS);
  const autoscaling = choiceOf(flags, 'autoscaling', AUTOSCALINGS);
  const image = imageOf(flags, 'image', 'an image such as example.com/kubectl-nvme:0.1.0');
  const registry = imageOf(flags, 'registry', 'a registry such as registry.example:5000/mirror');
  const secrets = textsOf(flags, 'image-pull-secret');
  const kubeletRoot = kubeletRootOf(flags);
  return {
    ...(admission === undefined ? {} : { admission }),
    ...(autoscaling === undefined ? {} : { autoscaling }),
    ...(image === undefined ? {} : { image }),
    ...(registry === undefined ? {} : { registry }),
    ...(kubeletRoot === undefined ? {} : { kubeletRoot }),
    ...(secrets.length === 0 ? {} : { imagePullSecrets: secrets }),
  };
}

function kubeletRootOf(flags: FlagValues): string | undefined {
  const text = textOf(flags, 'kubelet-root');
  if (text === undefined) return undefined;
  if (/^\/[^\s]/.test(text) && !text.split('/').includes('..')) return text.replace(/\/+$/, '');
  throw new UsageError(
    `invalid argument "${text}" for "--kubelet-root" flag: expected the absolute path of a folder on the nodes, such as /data/kubelet`,
  );
}

function imageOf(flags: FlagValues, long: string, expected: string): string | undefined {
  const text = textOf(flags, long);
  if (text === undefined || isImageReference(text)) return text;
  throw new UsageError(`invalid argument "${text}" for "--${long}" flag: expected ${expected}`);
}

function profileOf(flags: FlagValues): ProfileChoice | undefined {
  const source = textOf(flags, 'profile');
  const provider = choiceOf(flags, 'provider', PROVIDERS);
  const nodeSelector = selectorOf(flags);
  if (source !== undefined) {
    return {
      source,
      ...(provider === undefined ? {} : { provider }),
      ...(nodeSelector === undefined ? {} : { nodeSelector }),
    };
  }
  if (provider !== undefined || nodeSelector !== undefined) {
    throw new UsageError('--provider and --node-selector are about a profile: name one with --profile');
  }
  return undefined;
}

function selectorOf(flags: FlagValues): Record<string, string> | undefined {
  const text = textOf(flags, 'node-selector');
  if (text === undefined) return undefined;
  const pairs = text.split(',').map((pair) => /^([^=,\s]+)=([^=,\s]*)$/.exec(pair));
  if (pairs.some((pair) => pair === null)) {
    throw new UsageError(
      `invalid argument "${text}" for "--node-selector" flag: expected KEY=VALUE[,KEY=VALUE…]`,
    );
  }
  return Object.fromEntries(pairs.map((pair) => [pair?.[1] ?? '', pair?.[2] ?? '']));
}
