import { expect, test } from 'vitest';
import { withDefaults } from '../../../../api/defaults.ts';
import { takeInventory } from '../../../../agent/inventory/classify.ts';
import type { ClassifyContext } from '../../../../agent/inventory/inventory.ts';
import type { Snapshot } from '../../../../api/snapshot.ts';
import { machine, partition, type DriveOverrides, type MachineOverrides } from '../../../builders/machine.ts';

function verdict(overrides: MachineOverrides, context: Partial<ClassifyContext> = {}, path = '/dev/nvme1n1') {
  return verdictOf(machine(overrides), context, path);
}

function verdictOf(snapshot: Snapshot, context: Partial<ClassifyContext> = {}, path = '/dev/nvme1n1') {
  const { drives } = withDefaults();
  const inventory = takeInventory(snapshot, {
    provider: 'aws',
    drives,
    strict: true,
    volumes: [],
    ...context,
  });
  const { role, state, reason } = inventory.drives.find((drive) => drive.path === path) ?? {};
  return { role, state, reason };
}

const drive = (overrides: DriveOverrides, more: MachineOverrides = {}) =>
  verdict({ drives: { nvme1n1: overrides }, ...more });

test('a blank local drive is free, without a reason', () => {
  expect(drive({})).toEqual({ role: 'Local', state: 'Free', reason: undefined });
});

test('the disk that carries the root filesystem is Root', () => {
  const found = verdict({}, {}, '/dev/nvme0n1');
  expect(found).toEqual({ role: 'Root', state: 'InUse', reason: 'root disk; mounted on / in the host' });
});

test('every disk below a root filesystem on device-mapper over md is Root', () => {
  const dm = { name: 'vg-root', kname: 'dm-0', path: '/dev/mapper/vg-root', type: 'lvm', 'maj:min': '252:0' };
  const md = { name: 'md0', kname: 'md0', path: '/dev/md0', type: 'raid1', 'maj:min': '9:0', children: [dm] };
  const overrides = {
    drives: { nvme1n1: { children: [md] }, nvme2n1: { children: [md] } },
    snapshot: { mountinfo: '30 1 252:0 / / rw - xfs /dev/mapper/vg-root rw\n' },
  };
  expect(verdict(overrides).role).toBe('Root');
  expect(verdict(overrides, {}, '/dev/nvme2n1').role).toBe('Root');
});

test.each<[string, DriveOverrides, MachineOverrides, { state: string; reason: string }]>([
  [
    'mounted on the host, whatever a container sees',
    { blkid: { TYPE: 'xfs', UUID: 'a' } },
    { mounts: { '/dev/nvme1n1': '/data' } },
    { state: 'InUse', reason: 'mounted on /data in the host' },
  ],
  [
    'one of its partitions is mounted',
    { children: [partition('nvme1n1p1', { 'maj:min': '259:77' })] },
    { mounts: { '/dev/nvme1n1p1': '/srv with space' } },
    { state: 'InUse', reason: 'mounted on /srv with space in the host' },
  ],
  [
    'mounted by its name under a number that is not its own, as btrfs is',
    { blkid: { TYPE: 'btrfs', UUID: 'a' } },
    { snapshot: { mountinfo: '30 1 0:45 / /data rw - btrfs /dev/nvme1n1 rw\n' } },
    { state: 'InUse', reason: 'mounted on /data in the host' },
  ],
  ['the kernel swaps on it', {}, { swaps: ['/dev/nvme1n1'] }, { state: 'InUse', reason: 'swap' }],
  [
    'swap is told without /dev, as in containers',
    {},
    { swaps: ['/nvme1n1'] },
    { state: 'InUse', reason: 'swap' },
  ],
  ['something holds it', { holders: ['dm-2'] }, {}, { state: 'InUse', reason: 'held by dm-2' }],
  [
    'it has partitions',
    { children: [partition('nvme1n1p1')] },
    {},
    { state: 'Foreign', reason: 'partitioned' },
  ],
  [
    'it has an empty partition table',
    { blkid: { PTTYPE: 'gpt' } },
    {},
    { state: 'Foreign', reason: 'partitioned' },
  ],
  [
    'it carries an unmounted filesystem',
    { blkid: { TYPE: 'ext4', UUID: 'a', LABEL: 'mysql' } },
    {},
    { state: 'Foreign', reason: 'carries an ext4 filesystem "mysql"' },
  ],
  [
    'it is encrypted',
    { blkid: { TYPE: 'crypto_LUKS' } },
    {},
    { state: 'Foreign', reason: 'encrypted with LUKS' },
  ],
  [
    'it is of a ZFS pool',
    { blkid: { TYPE: 'zfs_member', LABEL: 'tank' } },
    {},
    { state: 'Foreign', reason: 'member of ZFS pool "tank"' },
  ],
  [
    'it is formatted as swap',
    { blkid: { TYPE: 'swap' } },
    {},
    { state: 'Foreign', reason: 'formatted as swap' },
  ],
  [
    'blkid found two signatures',
    { blkid: { TYPE: 'ambivalent' } },
    {},
    { state: 'Foreign', reason: 'carries more than one signature' },
  ],
  [
    'blkid found something without a name',
    { blkid: { USAGE: 'other' } },
    {},
    { state: 'Foreign', reason: 'carries a signature of an unknown kind' },
  ],
  [
    'its samples are not blank',
    { sample: null },
    {},
    { state: 'Foreign', reason: 'carries no known signature, but its blocks are not blank' },
  ],
  ['it is read-only', { readOnly: true }, {}, { state: 'Failed', reason: 'read-only' }],
  ['it has no size', { size: 0 }, {}, { state: 'Failed', reason: 'does not answer: its size is 0' }],
])('says why a drive is not used: %s', (_, overrides, more, expected) => {
  expect(drive(overrides, more)).toMatchObject({ role: 'Local', ...expected });
});

test('a member of an inactive volume group is told with the name of the group', () => {
  const found = drive(
    { blkid: { TYPE: 'LVM2_member', UUID: 'x' } },
    { snapshot: { pvs: [{ pv_name: '/dev/nvme1n1', vg_name: 'data' }], vgs: [{ vg_name: 'data' }] } },
  );
  expect(found).toMatchObject({ state: 'Foreign', reason: 'member of VG data' });
});

test('a physical volume is Unknown when LVM could not be asked', () => {
  const { pvs, ...rest } = machine({ drives: { nvme1n1: { blkid: { TYPE: 'LVM2_member', UUID: 'x' } } } });
  expect(pvs).toEqual([]);
  const found = verdictOf({ ...rest, errors: { pvs: 'pvs: ran out of time' } });
  expect(found).toMatchObject({
    state: 'Unknown',
    reason: expect.stringContaining('ran out of time') as string,
  });
});

test('a member of an array that somebody else runs is in use', () => {
  const found = drive(
    {
      blkid: { TYPE: 'linux_raid_member', UUID: 'aabbccdd-aabb-ccdd-aabb-ccddaabbccdd', LABEL: 'host:tank' },
    },
    { snapshot: { mdstat: 'md127 : active raid0 nvme1n1[0]\n' } },
  );
  expect(found).toMatchObject({ state: 'InUse', reason: 'member of md array tank' });
});

const without = (snapshot: Snapshot, field: keyof Snapshot): Snapshot =>
  Object.fromEntries(Object.entries(snapshot).filter(([key]) => key !== field)) as unknown as Snapshot;

test.each(['mountinfo', 'swaps', 'byId', 'machineID', 'bootID'] as const)(
  'live discovery without %s makes drives Unknown, a file without it does not',
  (field) => {
    const snapshot = without(machine({ drives: { nvme1n1: {} } }), field);
    expect(verdictOf(snapshot)).toMatchObject({ state: 'Unknown', reason: `${field} was not read` });
    expect(verdictOf(snapshot, { strict: false })).toMatchObject({ state: 'Free' });
  },
);

test.each([
  ['holders', 'its holders were not read'],
  ['blkid', 'it was not probed by blkid'],
  ['samples', 'its blocks were not sampled'],
] as const)('live discovery without %s of a drive makes it Unknown', (field, reason) => {
  const snapshot = { ...machine({ drives: { nvme1n1: {} } }), [field]: {} };
  expect(verdictOf(snapshot)).toMatchObject({ state: 'Unknown', reason });
});

test('a read that failed makes the drive Unknown with its error, in a file too', () => {
  const snapshot = machine({
    drives: { nvme1n1: {}, nvme2n1: {} },
    snapshot: { errors: { 'samples:/dev/nvme1n1': 'EIO: i/o error, read' } },
  });
  const expected = { state: 'Unknown', reason: 'samples could not be read: EIO: i/o error, read' };
  expect(verdictOf(snapshot, { strict: false })).toMatchObject(expected);
  expect(verdictOf(snapshot, {}, '/dev/nvme2n1')).toMatchObject({ state: 'Free' });
});

test('a mountinfo with a line that nobody understands makes drives Unknown', () => {
  const snapshot = machine({ drives: { nvme1n1: {} }, snapshot: { mountinfo: 'nonsense' } });
  expect(verdictOf(snapshot, { strict: false })).toMatchObject({ state: 'Unknown' });
});

test('a mount that only lsblk shows counts as well', () => {
  const snapshot = machine({ drives: { nvme1n1: {} } });
  const rows = snapshot.lsblk.blockdevices.map((row) =>
    row.name === 'nvme1n1' ? { ...row, mountpoint: '/x' } : row,
  );
  const found = verdictOf({ ...snapshot, lsblk: { blockdevices: rows } });
  expect(found).toMatchObject({ state: 'InUse', reason: 'mounted on /x' });
});

test('a drive below the minimum size is free but says why it stays unused', () => {
  expect(drive({ size: 200 * 2 ** 20 })).toMatchObject({
    state: 'Free',
    reason: 'too small: 200 MiB < 1 GiB',
  });
});

test('a drive that the profile excludes says by which pattern', () => {
  const drives = { ...withDefaults().drives, exclude: ['/dev/nvme1*'] };
  const found = verdict({ drives: { nvme1n1: {} } }, { drives });
  expect(found).toMatchObject({ state: 'Free', reason: 'excluded by drives.exclude "/dev/nvme1*"' });
});

test('a blank drive that a PersistentVolume names by path is in use', () => {
  const volumes = [{ name: 'pv-1', phase: 'Released' as const, path: '/dev/nvme1n1' }];
  const found = verdict({ drives: { nvme1n1: {} } }, { volumes });
  expect(found).toMatchObject({ state: 'InUse', reason: 'PersistentVolume pv-1 names it, but it is blank' });
});

test('two drives that cannot be told apart are both Unknown', () => {
  const twin = { serial: 'SAME', links: [] };
  const found = verdict({ drives: { nvme1n1: twin, nvme2n1: twin } });
  expect(found).toMatchObject({
    state: 'Unknown',
    reason: expect.stringContaining('/dev/nvme2n1') as string,
  });
});

test('namespaces of one controller share a serial and are still told apart', () => {
  const shared = { model: 'nvme_card', serial: 'nvme_card', links: [] };
  const overrides = { drives: { nvme1n1: { ...shared, nsid: 1 }, nvme1n2: { ...shared, nsid: 2 } } };
  expect(verdict(overrides, { provider: 'gcp' })).toMatchObject({ state: 'Free' });
  expect(verdict(overrides, { provider: 'gcp' }, '/dev/nvme1n2')).toMatchObject({ state: 'Free' });
});

test('one path of a multipath namespace is no drive of its own', () => {
  const found = verdict({ drives: { nvme1c0n1: {} } }, {}, '/dev/nvme1c0n1');
  expect(found).toMatchObject({ role: 'Other', state: 'Unknown' });
});

test('a controller that vfio holds is found by its PCI class', () => {
  const pci = [
    { address: '0000:00:05.0', class: '0x010802', driver: 'vfio-pci' },
    { address: '0000:00:06.0', class: '0x010802', driver: 'nvme' },
    { address: '0000:00:07.0', class: '0x020000', driver: 'vfio-pci' },
  ];
  const found = verdict({ snapshot: { pci } }, {}, '0000:00:05.0');
  expect(found).toEqual({ role: 'Other', state: 'InUse', reason: 'NVMe controller bound to vfio-pci' });
  expect(verdict({ snapshot: { pci } }, {}, '0000:00:06.0').role).toBeUndefined();
  expect(verdict({ snapshot: { pci } }, {}, '0000:00:07.0').role).toBeUndefined();
});
