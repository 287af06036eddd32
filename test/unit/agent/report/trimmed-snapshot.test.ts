import { expect, test } from 'vitest';
import { withDefaults } from '../../../../api/defaults.ts';
import type { Snapshot } from '../../../../api/snapshot.ts';
import { takeInventory } from '../../../../agent/inventory/classify.ts';
import { planSetup } from '../../../../agent/plan/plan.ts';
import type { Planned } from '../../../../agent/plan/planned.ts';
import { trimmedSnapshot } from '../../../../agent/report/trimmed-snapshot.ts';
import { machine } from '../../../builders/machine.ts';

function plan(snapshot: Snapshot, type: 'Filesystem' | 'RAID' | 'LVM'): Planned {
  const spec = withDefaults({ provider: 'aws', layout: { type } });
  const { provider, drives } = spec;
  return planSetup(takeInventory(snapshot, { provider, drives, strict: true, volumes: [] }), {
    spec,
    nodeUID: 'u',
  });
}

const lived = machine({
  drives: {
    nvme1n1: {},
    nvme2n1: { sample: null },
    nvme3n1: { blkid: { TYPE: 'xfs', UUID: 'theirs' } },
    nvme4n1: {},
    nvme5n1: { blkid: { TYPE: 'linux_raid_member', UUID: 'aabbccdd-aabb-ccdd-aabb-ccddaabbccdd' } },
  },
  mounts: { '/dev/nvme3n1': '/var/lib/kubelet/pods/1/volumes/kubernetes.io~csi/x/mount' },
  snapshot: {
    errors: { 'samples:/dev/nvme4n1': 'EIO' },
    mdstat: 'md127 : active raid1 nvme5n1[0]\n  100 blocks [2/2] [UU]\n  [=>...]  resync = 7.5%\n',
  },
});

test.each(['Filesystem', 'RAID', 'LVM'] as const)(
  'the trimmed inventory gives the agent’s own %s plan',
  (type) => {
    const whole = plan(lived, type);
    const trimmed = plan(trimmedSnapshot(lived), type);
    expect(trimmed.plan).toEqual(whole.plan);
  },
);

test('a plan made from what went through JSON is the same', () => {
  const sent = JSON.parse(JSON.stringify(trimmedSnapshot(lived))) as Snapshot;
  expect(plan(sent, 'Filesystem').plan).toEqual(plan(lived, 'Filesystem').plan);
});

test('mounts of pods come and go without changing the inventory', () => {
  const mount = (path: string) => `77 1 259:5 / ${path} rw - ext4 /dev/nvme1n1 rw\n`;
  const busy = { ...lived, mountinfo: `${lived.mountinfo ?? ''}${mount('/pv-disks/x')}` };
  const busier = { ...busy, mountinfo: `${busy.mountinfo}${mount('/var/lib/kubelet/pods/2/volumes/a')}` };
  expect(trimmedSnapshot(busier)).toEqual(trimmedSnapshot(busy));
});

test('the progress of a resync is left out', () => {
  expect(trimmedSnapshot(lived).mdstat).toBe('md127 : active raid1 nvme5n1[0]\n');
});
