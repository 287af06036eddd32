import { expect, test } from 'vitest';
import { withDefaults } from '../../../../api/defaults.ts';
import type { NVMeProfileSpecInput } from '../../../../api/profile.ts';
import type { Snapshot } from '../../../../api/snapshot.ts';
import { takeInventory } from '../../../../agent/inventory/classify.ts';
import type { ClassifyContext } from '../../../../agent/inventory/inventory.ts';
import { planSetup } from '../../../../agent/plan/plan.ts';
import type { Planned } from '../../../../agent/plan/planned.ts';
import { machine } from '../../../builders/machine.ts';
import { applied, interrupted } from '../../../fakes/drive-model.ts';

interface Case extends Partial<ClassifyContext> {
  nodeUID?: string;
}

function plan(
  snapshot: Snapshot,
  input: NVMeProfileSpecInput = {},
  { nodeUID = 'uid', ...context }: Case = {},
): Planned {
  const spec = withDefaults({ provider: 'aws', ...input });
  const { provider, drives } = spec;
  const inventory = takeInventory(snapshot, { provider, drives, strict: true, volumes: [], ...context });
  return planSetup(inventory, { spec, nodeUID });
}

const two = machine({ drives: { nvme1n1: {}, nvme2n1: {} } });
const raid = (more: object = {}): NVMeProfileSpecInput => ({ layout: { type: 'RAID', raid: more } });
const lvm = (more: object = {}): NVMeProfileSpecInput => ({ layout: { type: 'LVM', lvm: more } });
const reasons = ({ plan: { refusals } }: Planned): Record<string, string> =>
  Object.fromEntries(refusals.map(({ path, reason }) => [path, reason]));
const kinds = ({ steps }: Planned): string[] => steps.map(({ kind }) => kind);
const UUID = '0f5d3c1e-7a58-4f2c-9b1d-1f2e3d4c5b6a';

test('steps of one kind stand together, so that drives can be set up side by side', () => {
  expect(kinds(plan(two))).toEqual([
    'mkfs',
    'mkfs',
    'mount',
    'mount',
    'make-data-directory',
    'make-data-directory',
  ]);
  expect(kinds(plan(two, raid()))).toEqual(['md-create', 'mkfs', 'mount', 'make-data-directory']);
  expect(kinds(plan(two, lvm()))).toEqual(['pv-create', 'pv-create', 'vg-create']);
});

test('what is shown is exactly what would be run', () => {
  const { plan: shown, steps } = plan(two);
  expect(shown.steps.map(({ name }) => name)).toEqual(steps.map(({ name }) => name));
  expect(shown.steps[0]?.name).toBe('make ext4 filesystem on /dev/nvme1n1');
  expect(shown.steps[0]?.command.at(-1)).toMatch(/^\/dev\/disk\/by-id\/nvme-Amazon_EC2/);
});

test('a volume is told by its filesystem, and its path lies inside the mount', () => {
  const [volume] = plan(two).volumes;
  expect(volume?.path).toBe(`/pv-disks/${volume?.identity ?? ''}/data`);
  expect(volume?.drives).toEqual(['nvme-Amazon_EC2_NVMe_Instance_Storage_AWSNVME1N1#1']);
});

test('an array over NUMA nodes can be split, one per node', () => {
  const drives = { nvme1n1: { numaNode: 0 }, nvme2n1: { numaNode: 1 }, nvme3n1: { numaNode: 0 } };
  const { steps } = plan(machine({ drives }), raid({ perNUMANode: true }));
  const arrays = steps.flatMap((step) => (step.kind === 'md-create' ? [step.devices.length] : []));
  expect(arrays).toEqual([2, 1]);
});

test('RAID 10 of one drive is refused', () => {
  const found = plan(machine({ drives: { nvme1n1: {} } }), raid({ level: 10 }));
  expect(reasons(found)).toEqual({ '/dev/nvme1n1': 'RAID 10 needs at least 2 usable drives' });
});

test('slices that would be smaller than an extent are refused', () => {
  const small = machine({ drives: { nvme1n1: { size: 2 ** 30 } } });
  expect(reasons(plan(small, lvm({ slices: 1000 })))['/dev/nvme1n1']).toContain('too small for 1000 slices');
});

test('slices are equal, and none of the space of a stripe is promised twice', () => {
  const { steps } = plan(two, lvm({ slices: 3 }));
  const extents = steps.flatMap((step) => (step.kind === 'lv-create' ? [step.extents] : []));
  expect(new Set(extents).size).toBe(1);
  const perDrive = (extents.reduce((sum, count) => sum + count, 0) / 2) * 4 * 2 ** 20;
  expect(perDrive).toBeLessThan(900 * 2 ** 30);
  expect(perDrive).toBeGreaterThan(899 * 2 ** 30);
});

test.each([
  ['RAID', raid()],
  ['LVM', lvm()],
])('%s waits for a drive that could not be read, because it is made once over all', (_, input) => {
  const snapshot = { ...two, errors: { 'blkid:/dev/nvme2n1': 'timed out' } };
  const found = plan(snapshot, input);
  expect(found.steps).toEqual([]);
  expect(reasons(found)['/dev/nvme1n1']).toBe('waits for /dev/nvme2n1: blkid could not be read: timed out');
});

test('a Filesystem is made on one drive while another cannot be read', () => {
  const found = plan({ ...two, errors: { 'blkid:/dev/nvme2n1': 'timed out' } });
  expect(found.plan.candidates).toEqual(['/dev/nvme1n1']);
});

test('an array is not made of fewer drives than minCount', () => {
  const found = plan(two, { ...raid(), drives: { minCount: 3 } });
  expect(reasons(found)['/dev/nvme1n1']).toBe('2 usable drives, but drives.minCount is 3');
});

test('a drive that the profile excludes is neither used nor refused', () => {
  const found = plan(two, { drives: { exclude: ['nvme2n1'] } });
  expect(found.plan.candidates).toEqual(['/dev/nvme1n1']);
  expect(found.plan.refusals).toEqual([]);
});

test('only what the profile includes is used', () => {
  expect(plan(two, { drives: { include: ['*_AWSNVME2N1'] } }).plan.candidates).toEqual(['/dev/nvme2n1']);
});

test('on a platform that owns the drives nothing is set up, and it says so', () => {
  const labels = { 'cloud.google.com/gke-ephemeral-storage-local-ssd': 'true' };
  const found = plan(two, {}, { nodeLabels: labels });
  expect(found.steps).toEqual([]);
  expect(found.standDown).toContain('GKE uses the local SSDs');
  expect(reasons(found)['/dev/nvme1n1']).toBe(found.standDown);
});

test('the platform owns the drives also where a stray link calls the one that it has set up remote', () => {
  const theirs = { blkid: { TYPE: 'ext4' }, links: ['google-loc'] };
  const snapshot = machine({
    drives: { nvme1n1: {}, nvme2n1: theirs },
    mounts: { '/dev/nvme2n1': '/mnt/k8s-disks/0' },
  });
  const found = plan(snapshot);
  expect(found.plan.drives.find(({ path }) => path === '/dev/nvme2n1')?.role).toBe('Remote');
  expect(found.steps).toEqual([]);
  expect(found.standDown).toContain('nodeadm');
});

test('a volume group of the wanted name that is not on local drives only is left alone', () => {
  const snapshot = machine({
    drives: { nvme1n1: {} },
    snapshot: {
      pvs: [{ pv_name: '/dev/nvme0n1p1', vg_name: 'instance-store-vg' }],
      vgs: [{ vg_name: 'instance-store-vg' }],
    },
  });
  const found = plan(snapshot, lvm());
  expect(found.steps).toEqual([]);
  expect(reasons(found)['/dev/nvme1n1']).toContain('the volume group was made without it');
});

test('without LVM’s reports no group is made, because one of that name may exist', () => {
  const { vgs: _vgs, ...rest } = two;
  const found = plan({ ...rest, errors: { vgs: 'vgs: timed out' } }, lvm());
  expect(found.steps).toEqual([]);
  expect(reasons(found)['/dev/nvme1n1']).toContain(
    'may exist already: vgs could not be read: vgs: timed out',
  );
});

test('a drive that joins after the array was made is refused with the way to include it', () => {
  const before = machine({ drives: { nvme1n1: {}, nvme2n1: {} } });
  const made = applied(before, plan(before, raid()).steps);
  const joined = machine({ drives: { nvme1n1: {}, nvme2n1: {}, nvme3n1: {} } });
  const merged = {
    ...joined,
    ...made,
    byId: joined.byId ?? {},
    nvme: joined.nvme ?? {},
    holders: joined.holders ?? {},
    samples: { ...joined.samples, ...made.samples },
    blkid: { ...joined.blkid, ...made.blkid },
    lsblk: { blockdevices: [...made.lsblk.blockdevices, ...joined.lsblk.blockdevices.slice(-1)] },
  };
  const found = plan(merged, raid());
  expect(found.steps).toEqual([]);
  expect(found.plan.candidates).toEqual(['/dev/nvme1n1', '/dev/nvme2n1']);
  expect(reasons(found)).toEqual({
    '/dev/nvme3n1': 'the array was made without it: drain the node, reset it and set it up again',
  });
});

test('another filesystem type, RAID level or slice count than ours is drift, not a conversion', () => {
  const ext4 = applied(two, plan(two).steps);
  expect(plan(ext4, { layout: { type: 'Filesystem', filesystem: { type: 'xfs' } } }).drift).toContain(
    'carries ext4, not xfs',
  );
  const zero = applied(two, plan(two, raid()).steps);
  expect(plan(zero, raid({ level: 10 })).drift).toContain('is raid0, not raid10');
  const sliced = applied(two, plan(two, lvm({ slices: 2 })).steps);
  expect(plan(sliced, lvm({ slices: 3 })).drift).toContain('is carved otherwise than into 3 slices');
  for (const found of [plan(ext4), plan(zero, raid()), plan(sliced, lvm({ slices: 2 }))])
    expect(found.drift).toBeUndefined();
});

test('a RAID 0 of ours that lacks a member is degraded and never made anew', () => {
  const made = applied(two, plan(two, raid()).steps);
  const [volume] = plan(two, raid()).volumes;
  const lost: Snapshot = {
    ...made,
    mdstat: '',
    md: { '/dev/nvme1n1': made.md?.['/dev/md127'] ?? {} },
    mountinfo: two.mountinfo ?? '',
    lsblk: {
      blockdevices: made.lsblk.blockdevices
        .slice(0, 2)
        .map((row) => ({ ...row, children: row.name === 'nvme0n1' ? (row.children ?? []) : [] })),
    },
  };
  const pv = { name: 'pv-1', phase: 'Bound' as const, identity: volume?.identity ?? '' };
  const found = plan(lost, raid(), { volumes: [pv] });
  expect(found.steps).toEqual([]);
  expect(found.degraded).toMatch(/^nvme-\w{8} has 1 of 2 drives$/);
});

test('an array of ours with someone else’s filesystem on it is refused', () => {
  const made = applied(two, plan(two, raid()).steps.slice(0, 1));
  const theirs = { ...made, blkid: { ...made.blkid, '/dev/md127': { TYPE: 'xfs', UUID } } };
  const found = plan(theirs, raid());
  expect(found.steps).toEqual([]);
  expect(reasons(found)['/dev/nvme1n1']).toBe('/dev/md127 carries an xfs filesystem, which is not ours');
});

test('an interrupted mkfs is done again only on the word of the record of what was begun', () => {
  const { steps } = plan(two);
  const broken = interrupted(two, steps.slice(0, 1));
  expect(kinds(plan(broken))).toContain('mkfs');
  const { begun: _begun, ...unrecorded } = broken;
  const found = plan({ ...unrecorded, begun: [] });
  expect(reasons(found)['/dev/nvme1n1']).toBe('carries no known signature, but its blocks are not blank');
});

test('a filesystem of ours that a PersistentVolume names is never made again, whatever the record says', () => {
  const made = applied(two, plan(two).steps.slice(0, 2));
  const [volume] = plan(two).volumes;
  const begun = [volume?.identity ?? ''];
  const pv = { name: 'pv-1', phase: 'Bound' as const, identity: volume?.identity ?? '' };
  expect(kinds(plan({ ...made, begun }))).toContain('mkfs');
  expect(kinds(plan({ ...made, begun }, {}, { volumes: [pv] }))).not.toContain('mkfs');
});

test('a mounted filesystem of ours is never made again, whatever the record says', () => {
  const { steps, volumes } = plan(two);
  const made = { ...applied(two, steps), begun: volumes.map(({ identity }) => identity) };
  const found = plan(made);
  expect(found.steps).toEqual([]);
  expect(found.stale).toEqual(made.begun);
});

test('the plan ID changes with everything that the plan was made from', () => {
  const pv = (phase: 'Available' | 'Bound') => ({ volumes: [{ name: 'pv', phase, path: '/elsewhere' }] });
  const ids = [
    plan(two),
    plan(two, {}, { nodeUID: 'other' }),
    plan({ ...two, bootID: 'other' }),
    plan(two, {}, pv('Available')),
    plan(two, {}, pv('Bound')),
    plan(two, raid()),
    plan(two, raid({ level: 10 })),
    plan(two, { existingData: 'Wipe' }),
    plan(two, { drives: { minCount: 1 } }),
    plan(machine({ drives: { nvme1n1: {}, nvme2n1: { serial: 'AWSOTHER' } } })),
    plan(machine({ drives: { nvme1n1: {}, nvme2n1: { sample: 255 } } })),
    plan(machine({ drives: { nvme1n1: {}, nvme2n1: { blkid: { TYPE: 'ext4', UUID } } } })),
    plan(machine({ drives: { nvme1n1: {}, nvme2n1: { blkid: { TYPE: 'ext4', UUID: 'b' } } } })),
    plan(machine({ drives: { nvme1n1: {}, nvme2n1: {} }, mounts: { '/dev/nvme2n1': '/data' } })),
    plan({ ...two, begun: [UUID] }),
    plan(two, {}, { nodeLabels: { 'cloud.google.com/gke-ephemeral-storage-local-ssd': 'true' } }),
  ].map(({ plan: { id } }) => id);
  expect(new Set(ids).size).toBe(ids.length);
});
