import { describe, expect, it, test } from 'vitest';
import { withDefaults } from '../../../../api/defaults.ts';
import { takeInventory } from '../../../../agent/inventory/classify.ts';
import type { Content, InventoryDrive, MdArray } from '../../../../agent/inventory/inventory.ts';
import { orderFor } from '../../../../agent/order/order.ts';
import { replaceable, stopHalfMade } from '../../../../agent/plan/clear.ts';
import { mayBeWritten } from '../../../../agent/plan/eligible.ts';
import { mayBeWiped } from '../../../../agent/plan/existing-data.ts';
import { fill } from '../../../../agent/plan/fill.ts';
import { planVolumeGroup } from '../../../../agent/plan/lvm.ts';
import { planSetup } from '../../../../agent/plan/plan.ts';
import { wishOf } from '../../../../agent/plan/wish.ts';
import { machine } from '../../../builders/machine.ts';
import { applied } from '../../../fakes/drive-model.ts';

/**
 * The rules that stand between a plan and a write, each by itself: another rule catches most of what one of them lets
 * through, so that only here a missing one is seen.
 */
const spec = withDefaults({ provider: 'aws', layout: { type: 'RAID' } });
const look = (
  snapshot = machine({ drives: { nvme1n1: {}, nvme2n1: {} } }),
  provider: 'aws' | 'gcp' = 'aws',
) => takeInventory(snapshot, { provider, drives: spec.drives, strict: true, volumes: [] });

describe('a drive may be written to', () => {
  const [free] = look().drives.filter(({ state }) => state === 'Free');
  const drive = (more: Partial<InventoryDrive> = {}): InventoryDrive => {
    if (free === undefined) throw new Error('Expected a free drive');
    return { ...free, ...more };
  };

  it('when it is local, wanted, free and named by nobody, or half-made by us', () => {
    expect(mayBeWritten(drive())).toBe(true);
    expect(mayBeWritten(drive({ state: 'Ours', halfMade: true }))).toBe(true);
  });

  it.each<[string, Partial<InventoryDrive>]>([
    ['it is remote', { role: 'Remote' }],
    ['it is the root disk', { role: 'Root' }],
    ['nobody knows what it is', { role: 'Other' }],
    ['the profile leaves it out', { selected: false }],
    ['a PersistentVolume names it', { volumes: ['pv-1'] }],
    ['a PersistentVolume names what we began there', { state: 'Ours', halfMade: true, volumes: ['pv-1'] }],
    ['it is ours and complete', { state: 'Ours' }],
    ['it is in use, and half-made is said of it', { state: 'InUse', halfMade: true }],
    ['it could not be read', { state: 'Unknown' }],
    ['it is someone’s', { state: 'Foreign' }],
    ['it has failed', { state: 'Failed' }],
  ])('but not when %s', (_, more) => {
    expect(mayBeWritten(drive(more))).toBe(false);
  });
});

describe('a filesystem is made on an array or logical volume of ours', () => {
  const uuid = '0d9b1f80-5c1e-5a3f-9f0a-6f5b6a3c2d10';
  const blank: Content = {
    path: '/dev/md127',
    device: '/dev/md127',
    size: 2 ** 40,
    blank: true,
    inUse: false,
    mountPoints: [],
    volumes: [],
  };
  const target = { device: '/dev/md127', shown: '/dev/md127', uuid, drives: ['a#1', 'b#1'] };
  const { filesystem } = wishOf(spec.layout);
  const kindsFor = (more: Partial<Content>, begun: string[] = []) => {
    const wish = { filesystem, members: ['/dev/nvme1n1', '/dev/nvme2n1'] };
    const { steps, refusals } = fill({ ...look(), begun }, { ...blank, ...more }, target, wish);
    return { kinds: steps.map(({ kind }) => kind), refused: refusals.map(({ path }) => path) };
  };

  it('when it is blank, or when we had begun to', () => {
    expect(kindsFor({}).kinds).toContain('mkfs');
    expect(kindsFor({ blank: false }, [uuid]).kinds).toContain('mkfs');
    expect(kindsFor({ blank: false, signature: { type: 'ext4', uuid } }, [uuid]).kinds).toContain('mkfs');
  });

  it.each<[string, Partial<Content>]>([
    ['a PersistentVolume names it', { volumes: ['pv-1'] }],
    ['it is in use', { inUse: true }],
    ['it is mounted', { mountPoints: ['/srv'], inUse: true }],
    ['it carries another filesystem', { signature: { type: 'xfs', uuid: 'theirs' } }],
    ['it carries something without a UUID', { signature: { type: 'unknown' } }],
  ])('but not when %s, begun or not', (_, more) => {
    for (const begun of [[], [uuid]]) {
      expect(kindsFor(more, begun)).toEqual({ kinds: [], refused: ['/dev/nvme1n1', '/dev/nvme2n1'] });
    }
  });

  it('but not when its blocks are not blank', () => {
    expect(kindsFor({ blank: false }).kinds).toEqual([]);
  });

  it('but is mounted as it is once it is there', () => {
    expect(kindsFor({ signature: { type: 'ext4', uuid } }).kinds).toEqual(['mount', 'make-data-directory']);
  });
});

test('no volume group is made beside one of its name, whoever has made that and of whatever', () => {
  const inventory = look();
  const group = {
    name: 'data',
    tags: [],
    members: ['/dev/sdq'],
    ours: false,
    extentCount: 1,
    logicalVolumes: [],
  };
  const wish = wishOf(withDefaults({ layout: { type: 'LVM', lvm: { vgName: 'data' } } }).layout);
  const drives = inventory.drives.filter(({ state }) => state === 'Free');
  expect(planVolumeGroup(inventory, drives, wish).steps).not.toEqual([]);
  const beside = planVolumeGroup({ ...inventory, volumeGroups: [group] }, drives, wish);
  expect([beside.steps, beside.candidates]).toEqual([[], []]);
  expect(beside.refusals[0]?.reason).toBe('volume group data exists already, on /dev/sdq');
});

it('a drive that is not local or not wanted is wiped by no order', () => {
  const held = machine({ drives: { nvme1n1: { blkid: { TYPE: 'ext4', UUID: 'a' } } } });
  const [drive] = look(held).drives.filter(({ state }) => state === 'Foreign');
  if (drive === undefined) throw new Error('Expected a foreign drive');
  const wiping = { ...spec, existingData: 'Wipe' as const };
  const wiped = (more: Partial<InventoryDrive>) =>
    mayBeWiped({ ...drive, ...more }, wiping, { order: orderFor('r', [drive]) });
  expect([wiped({}), wiped({ role: 'Remote' }), wiped({ selected: false })]).toEqual([true, false, false]);
});

describe('what is put out of the way of something new', () => {
  const { arrays: _, ...rest } = look();
  const [drive] = rest.drives.filter(({ state }) => state === 'Free');
  const uuid = '0d9b1f80-5c1e-5a3f-9f0a-6f5b6a3c2d10';
  const own: MdArray = {
    uuid,
    name: 'nvme-0d9b1f80',
    level: 'raid0',
    raidDevices: 2,
    members: ['/dev/nvme1n1'],
    ours: true,
    path: '/dev/md127',
    active: true,
    halfMade: true,
  };
  const stopped = (array: Partial<MdArray>) =>
    stopHalfMade({ ...rest, arrays: [{ ...own, ...array }] }, drive ? [drive] : []).map(({ kind }) => kind);
  const replaced = (more: Partial<InventoryDrive>) => {
    const signature = { type: 'linux_raid_member', uuid };
    return replaceable({ ...rest, begun: [] }, drive ? [{ ...drive, signature, ...more }] : []);
  };

  it('is an array that we had begun, and none that is complete or over other drives', () => {
    expect(stopped({})).toEqual(['md-stop']);
    expect(stopped({ halfMade: false })).toEqual([]);
    expect(stopped({ members: ['/dev/nvme9n1'] })).toEqual([]);
  });

  it('is the signature of what we had begun, and no other', () => {
    expect(replaced({ halfMade: true })).toEqual([uuid]);
    expect(replaced({ halfMade: false })).toEqual([]);
  });
});

test('an array of ours is left alone while one of its drives is not known to be local', () => {
  const blank = machine({ drives: { nvme1n1: {}, nvme2n1: {} } });
  const { steps } = planSetup(look(blank), { spec, nodeUID: '' });
  const made = applied(blank, steps.slice(0, 1));
  expect(planSetup(look(made), { spec, nodeUID: '' }).steps.map(({ kind }) => kind)).toContain('mkfs');
  expect(planSetup(look(made, 'gcp'), { spec, nodeUID: '' }).steps).toEqual([]);
});
