import { nodeNames } from '../cli/node-names.ts';
import { isOn, textOf, type Flag } from '../cli/flag.ts';
import type { Invocation } from '../cli/verb.ts';
import { UsageError } from '../errors/usage.ts';
import type { SpdkChoice } from '../../spdk/deployment.ts';
import type { HugepageSize } from '../../spdk/grant.ts';

/** What `spdk render` and `spdk apply` are asked for. */
export interface SpdkOrder {
  node: string;
  choice: SpdkChoice;
  /** Size of the hugepages. */
  size: HugepageSize;
}

const DEFAULTS = { cores: '0x1', cpu: '1', memory: '256Mi', size: '2Mi' } as const;

export const SPDK_FLAGS: readonly Flag[] = [
  { long: 'node', value: 'NODE', candidates: 'nodes', description: 'The node whose drives SPDK gets' },
  { long: 'image', value: 'IMAGE', description: 'Image with spdk_tgt' },
  { long: 'name', value: 'NAME', description: 'Name of the Deployment (default spdk-NODE)' },
  { long: 'cores', value: 'MASK', description: `CPU mask, spdk_tgt’s -m (default ${DEFAULTS.cores})` },
  { long: 'cpu', value: 'QUANTITY', description: `Requested CPU (default ${DEFAULTS.cpu})` },
  {
    long: 'memory',
    value: 'QUANTITY',
    description: `Requested memory beside the hugepages (default ${DEFAULTS.memory})`,
  },
  {
    long: 'hugepage-size',
    value: 'SIZE',
    candidates: ['2Mi', '1Gi'],
    description: `Size of the hugepages (default ${DEFAULTS.size})`,
  },
  {
    long: 'keep-current',
    description: 'Let the controller follow what the node has, where a RoleBinding allows it',
  },
];

/** Reads SPDK_FLAGS. Throws UsageError. */
export function spdkOrder({ args, flags }: Invocation, command: string): SpdkOrder {
  if (args.length > 0) throw new UsageError(`extra arguments: [${args.join(' ')}]; use --node for the node`);
  const required = (long: string): string => {
    const value = textOf(flags, long);
    if (value !== undefined && value !== '') return value;
    throw new UsageError(`--${long} is required: ${command} --node NODE --image IMAGE`);
  };
  const [node = ''] = nodeNames([required('node')]);
  const size = textOf(flags, 'hugepage-size') ?? DEFAULTS.size;
  if (size !== '2Mi' && size !== '1Gi') {
    throw new UsageError(`unknown hugepage size "${size}", expected one of: 2Mi, 1Gi`);
  }
  const text = (long: 'cores' | 'cpu' | 'memory'): string => textOf(flags, long) ?? DEFAULTS[long];
  const image = required('image');
  const name =
    textOf(flags, 'name') ??
    `spdk-${node}`
      .slice(0, 63)
      .replace(/[^a-z0-9]+$/, '')
      .replaceAll('.', '-');
  return {
    node,
    size,
    choice: {
      ...{ name, image, cores: text('cores'), cpu: text('cpu'), memory: text('memory') },
      keepCurrent: isOn(flags, 'keep-current'),
    },
  };
}
