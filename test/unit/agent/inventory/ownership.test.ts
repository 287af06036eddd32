import { describe, expect, it } from 'vitest';
import { withDefaults } from '../../../../api/defaults.ts';
import type { Snapshot } from '../../../../api/snapshot.ts';
import { takeInventory } from '../../../../agent/inventory/classify.ts';
import type { Inventory } from '../../../../agent/inventory/inventory.ts';
import {
  driveFilesystemUuid,
  filesystemUuidOn,
  lvmNotation,
  physicalVolumeUuid,
  swapUuid,
} from '../../../../agent/plan/identity.ts';
import type { KnownVolume } from '../../../../agent/plan/known-volume.ts';
import { planSetup } from '../../../../agent/plan/plan.ts';
import { machine, partition, type DriveOverrides, type MachineOverrides } from '../../../builders/machine.ts';
import { applied, interrupted } from '../../../fakes/drive-model.ts';

const PATH = '/dev/nvme1n1';
const { machineID = '' } = machine();
const IDENTITY = 'nvme-Amazon_EC2_NVMe_Instance_Storage_AWSNVME1N1#1';
const OURS = driveFilesystemUuid(machineID, IDENTITY);
const NAMED: KnownVolume[] = [{ name: 'pv-1', phase: 'Bound', path: PATH }];

/** What is told of the machine. */
function look(snapshot: Snapshot, volumes: readonly KnownVolume[] = [], strict = true): Inventory {
  return takeInventory(snapshot, { provider: 'aws', drives: withDefaults().drives, strict, volumes });
}

/** What is told of a machine's one drive. */
function drive(overrides: DriveOverrides, more: MachineOverrides = {}, volumes: KnownVolume[] = []) {
  const { drives } = look(machine({ drives: { nvme1n1: overrides }, ...more }), volumes);
  const { state, reason, halfMade } = drives.find(({ path }) => path === PATH) ?? {};
  return { state, reason, halfMade };
}

it('the identity that these tests rest on is the drive’s', () => {
  expect(drive({ blkid: { TYPE: 'ext4', UUID: OURS } }).state).toBe('Ours');
});

describe('a filesystem with our UUID', () => {
  const ext4 = { blkid: { TYPE: 'ext4', UUID: OURS } };
  const begun = { snapshot: { begun: [OURS] } };

  it('that was begun is half-made', () => {
    expect(drive(ext4, begun)).toMatchObject({ state: 'Ours', halfMade: true });
  });

  it('that was begun is somebody’s once a PersistentVolume names it', () => {
    expect(drive(ext4, begun, NAMED)).toMatchObject({ state: 'Bound', halfMade: false });
  });

  it('is not ours beside a partition', () => {
    const split = { ...ext4, children: [partition('nvme1n1p1')] };
    expect(drive(split)).toMatchObject({ state: 'Foreign', reason: 'partitioned' });
  });

  it('is in use while something else than a mount holds it', () => {
    expect(drive({ ...ext4, holders: ['dm-3'] })).toMatchObject({ state: 'InUse', reason: 'held by dm-3' });
  });
});

describe('swap with our UUID', () => {
  const uuid = swapUuid(machineID, IDENTITY);
  const swap = { blkid: { TYPE: 'swap', UUID: uuid } };

  it('that was begun is half-made, but not once a PersistentVolume names it', () => {
    const begun = { snapshot: { begun: [uuid] } };
    expect(drive(swap, begun).halfMade).toBe(true);
    expect(drive(swap, begun, NAMED).halfMade).toBe(false);
  });

  it('is ours while the kernel swaps on it, and in use while anything else holds it, too', () => {
    expect(drive(swap, { swaps: [PATH] }).state).toBe('Ours');
    expect(drive({ ...swap, holders: ['dm-9'] }, { swaps: [PATH] }).state).toBe('InUse');
    expect(drive(swap, { swaps: [PATH], mounts: { [PATH]: '/data' } }).state).toBe('InUse');
  });
});

describe('a physical volume with our UUID', () => {
  const pv = { TYPE: 'LVM2_member', UUID: lvmNotation(physicalVolumeUuid(machineID, IDENTITY)) };
  const reported = { snapshot: { pvs: [{ pv_name: PATH, vg_name: '' }] } };

  it('in no group is half-made, but not once a PersistentVolume names it', () => {
    expect(drive({ blkid: pv }, reported)).toMatchObject({ state: 'Ours', halfMade: true });
    expect(drive({ blkid: pv }, reported, NAMED)).toMatchObject({ state: 'Foreign', halfMade: false });
  });

  it('is nobody’s to use where LVM was not asked whether a group has it', () => {
    const { pvs: _, ...rest } = machine({ drives: { nvme1n1: { blkid: pv } } });
    const [found] = look(rest, [], false).drives.filter(({ path }) => path === PATH);
    expect(found).toMatchObject({ state: 'Foreign', halfMade: false });
  });
});

describe('a blank drive', () => {
  it.each<[string, DriveOverrides['row']]>([
    ['is not told', { size: null }],
    ['is no number', { size: '900G' }],
  ])('whose size %s is Unknown', (_, row) => {
    expect(drive({ ...(row ? { row } : {}) })).toMatchObject({
      state: 'Unknown',
      reason: 'its size is not known',
    });
  });

  it.each<[string, Partial<KnownVolume>]>([
    ['its path', { path: PATH }],
    ['a link to it', { path: '/dev/disk/by-id/nvme-Amazon_EC2_NVMe_Instance_Storage_AWSNVME1N1' }],
    ['the place where its filesystem was mounted', { path: `/pv-disks/${OURS}/data` }],
    ['the filesystem that it would get', { identity: OURS }],
    ['the drive, as one of several', { drives: [IDENTITY, 'other#1'] }],
  ])('that a PersistentVolume names by %s is not free', (_, more) => {
    const volume: KnownVolume = { name: 'pv-9', phase: 'Released', ...more };
    expect(drive({}, {}, [volume])).toMatchObject({
      state: 'InUse',
      reason: 'PersistentVolume pv-9 names it, but it is blank',
    });
  });

  it('whose two rows tell two sizes is Unknown', () => {
    const snapshot = machine({ drives: { nvme1n1: {} } });
    const rows = snapshot.lsblk.blockdevices;
    const again = rows.filter(({ name }) => name === 'nvme1n1').map((row) => ({ ...row, size: 7 }));
    const { drives } = look({ ...snapshot, lsblk: { blockdevices: [...rows, ...again] } });
    expect(drives.find(({ path }) => path === PATH)?.state).toBe('Unknown');
  });
});

it('what SPDK has given back is not ours to clear while a PersistentVolume names the drive', () => {
  const handed = { size: 1, sectorSize: 512, identity: IDENTITY };
  const controller = { address: '0000:00:1f.0', driver: 'vfio-pci', state: 'returned', bootID: 'b' } as const;
  const spdk = { machineID, controllers: [{ ...controller, drives: [handed] }], hugepages: [] };
  const xfs = { blkid: { TYPE: 'xfs', UUID: 'left' } };
  expect(drive(xfs, { snapshot: { spdk } }).state).toBe('Ours');
  expect(drive(xfs, { snapshot: { spdk } }, NAMED).state).toBe('Foreign');
});

describe('an array', () => {
  const spec = withDefaults({ provider: 'aws', layout: { type: 'RAID' } });
  const blank = machine({ drives: { nvme1n1: {}, nvme2n1: {} } });
  const { steps } = planSetup(look(blank), { spec, nodeUID: '' });
  const upTo = (kind: string) => steps.slice(0, steps.findIndex((step) => step.kind === kind) + 1);
  const half = interrupted(blank, upTo('md-create'));
  const made = applied(blank, upTo('md-create'));
  const array = (snapshot: Snapshot, volumes: KnownVolume[] = []) => look(snapshot, volumes).arrays[0];
  const uuid = array(made)?.uuid ?? '';

  it('that was cut off is half-made', () => {
    expect(array(half)).toMatchObject({ ours: true, halfMade: true });
    expect(look(half).drives.find(({ path }) => path === PATH)?.halfMade).toBe(true);
  });

  it('that was cut off keeps its drives while a PersistentVolume names one of them', () => {
    const found = look(half, NAMED).drives.find(({ path }) => path === PATH);
    expect(found).toMatchObject({ state: 'Bound', halfMade: false });
  });

  it('that was cut off is kept while its filesystem is a PersistentVolume’s', () => {
    const volume: KnownVolume = { name: 'pv-2', phase: 'Released', identity: filesystemUuidOn(uuid) };
    expect(array(half, [volume])?.halfMade).toBe(false);
  });

  it.each<[string, Snapshot]>([
    ['a signature', { ...made, blkid: { ...made.blkid, '/dev/md127': { TYPE: 'ext4', UUID: 'x' } } }],
    [
      'a mount',
      { ...made, mountinfo: `${made.mountinfo ?? ''}\n77 1 9:127 / /srv rw - ext4 /dev/md127 rw\n` },
    ],
  ])('that was begun and lacks a drive is not half-made with %s on it', (_, snapshot) => {
    const short = { ...snapshot, md: { '/dev/md127': { ...snapshot.md?.['/dev/md127'], MD_DEVICES: '3' } } };
    const begun = { ...short, begun: [uuid] };
    expect(array({ ...made, md: short.md, begun: [uuid] })?.halfMade).toBe(true);
    expect(array(begun)?.halfMade).toBe(false);
  });

  it('is not ours when a member is no whole drive', () => {
    const [root, first, second] = made.lsblk.blockdevices;
    const part = partition('nvme3n1p1');
    const third = { name: 'nvme3n1', kname: 'nvme3n1', path: '/dev/nvme3n1', type: 'disk', children: [part] };
    const rows = [root, first, second, third].filter((row) => row !== undefined);
    const blkid = { ...made.blkid, '/dev/nvme3n1p1': made.blkid?.[PATH] ?? {} };
    const grown = { ...made, lsblk: { blockdevices: rows }, blkid, begun: [uuid] };
    expect(array(grown)).toMatchObject({ ours: false, halfMade: false });
  });

  it.each<[string, (snapshot: Snapshot) => Snapshot]>([
    ['its blocks were not sampled', ({ samples: _, ...rest }) => rest],
    [
      'it has a partition',
      (snapshot) => {
        const child = partition('md127p1', { pkname: 'md127' });
        return { ...snapshot, lsblk: { blockdevices: [...snapshot.lsblk.blockdevices, child] } };
      },
    ],
    [
      'something holds it',
      (snapshot) => ({ ...snapshot, holders: { ...snapshot.holders, '/dev/md127': ['dm-7'] } }),
    ],
  ])('is not called blank when %s', (_, change) => {
    expect(array(made)?.content?.blank).toBe(true);
    expect(array(change(made))?.content?.blank).toBe(false);
  });
});

it('a volume group is not ours when one of its members is no drive that is here', () => {
  const blank = machine({ drives: { nvme1n1: {} } });
  const lvm = withDefaults({ provider: 'aws', layout: { type: 'LVM' } });
  const made = applied(blank, planSetup(look(blank), { spec: lvm, nodeUID: '' }).steps);
  const strange = { pv_name: '/dev/sdx9', vg_name: made.vgs?.[0]?.vg_name ?? '' };
  expect(look(made).volumeGroups[0]?.ours).toBe(true);
  expect(look({ ...made, pvs: [...(made.pvs ?? []), strange] }).volumeGroups[0]?.ours).toBe(false);
});
