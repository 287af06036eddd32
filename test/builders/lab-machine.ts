import type { NodeObject } from '../../lab/cluster/node-object.ts';
import { newDrives } from '../../lab/node/drives.ts';
import type { Machine } from '../../lab/node/machine.ts';
import type { Cloud } from '../../lab/options.ts';

/** A lab machine with two local drives of 1 GiB. */
export function labMachine(overrides: Partial<Machine> = {}): Machine {
  const cloud: Cloud = overrides.cloud ?? 'generic';
  return {
    name: 'node-1',
    cloud,
    machineID: '0123456789abcdef0123456789abcdef',
    index: 1,
    memoryMiB: 3072,
    cpus: 2,
    drives: newDrives(cloud, 2, 2 ** 30, 'first'),
    kubeletPort: 21000,
    execPort: 21001,
    execToken: 'secret',
    forwards: [],
    labels: {},
    taints: [],
    kubeletConfiguration: {},
    images: 'none',
    boot: { vmlinuz: '/cache/vmlinuz', rootPartUUID: '6e766d65-01' },
    ...overrides,
  };
}

/** What of a lab's Node the lab looks at: Ready, initialized, in boot `boot-1`. */
export function nodeObject(
  overrides: { spec?: NodeObject['spec']; status?: NodeObject['status'] } = {},
): NodeObject {
  return {
    metadata: { name: 'node-1', uid: 'uid-1', resourceVersion: '1' },
    spec: {},
    status: { nodeInfo: { bootID: 'boot-1' }, conditions: [{ type: 'Ready', status: 'True' }] },
    ...overrides,
  };
}
