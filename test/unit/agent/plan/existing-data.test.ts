import { describe, expect, it } from 'vitest';
import { withDefaults } from '../../../../api/defaults.ts';
import type { LayoutType } from '../../../../api/layout.ts';
import type { ExistingData } from '../../../../api/profile.ts';
import type { Snapshot } from '../../../../api/snapshot.ts';
import { givenUp } from '../../../../agent/order/order.ts';
import { takeInventory } from '../../../../agent/inventory/classify.ts';
import type { Consent } from '../../../../agent/plan/existing-data.ts';
import type { KnownVolume } from '../../../../agent/plan/known-volume.ts';
import { planSetup } from '../../../../agent/plan/plan.ts';
import { machine, partition, type DriveOverrides } from '../../../builders/machine.ts';
import { applied, interrupted } from '../../../fakes/drive-model.ts';

const UUID = '0f5d3c1e-7a58-4f2c-9b1d-1f2e3d4c5b6a';
const EXT4 = { TYPE: 'ext4', UUID };

const inventoryOf = (snapshot: Snapshot, volumes: KnownVolume[] = []) => {
  const { provider, drives } = withDefaults({ provider: 'aws' });
  return takeInventory(snapshot, { provider, drives, strict: true, volumes });
};

function plan(
  snapshot: Snapshot,
  existingData: ExistingData,
  consent: Consent = {},
  { type = 'Filesystem', volumes = [] }: { type?: LayoutType; volumes?: KnownVolume[] } = {},
) {
  const spec = withDefaults({ provider: 'aws', layout: { type }, existingData });
  return planSetup(inventoryOf(snapshot, volumes), { spec, nodeUID: 'u', consent });
}
/** A person's order of the plan for the machine as it is. */
const ordered = (snapshot: Snapshot, volumes: KnownVolume[] = []): Consent => ({
  order: givenUp('r', inventoryOf(snapshot, volumes)),
});
const one = (drive: DriveOverrides, entries?: string[]): Snapshot =>
  machine({
    drives: { nvme1n1: drive },
    snapshot: entries === undefined ? {} : { entries: { '/dev/nvme1n1': entries } },
  });
const kinds = ({ steps }: ReturnType<typeof plan>): string[] => steps.map(({ kind }) => kind);

const HELD: [string, DriveOverrides][] = [
  ['a filesystem', { blkid: EXT4 }],
  ['a member of an array', { blkid: { TYPE: 'linux_raid_member', UUID } }],
  ['an LVM physical volume', { blkid: { TYPE: 'LVM2_member', UUID: 'abc' } }],
  ['a LUKS container', { blkid: { TYPE: 'crypto_LUKS', UUID } }],
  ['a ZFS label', { blkid: { TYPE: 'zfs_member', LABEL: 'tank' } }],
  ['a partition table', { blkid: { PTTYPE: 'gpt', PTUUID: UUID }, children: [partition('nvme1n1p1')] }],
  ['bytes without a name', { sample: null }],
];

describe.each(HELD)('a drive that carries %s', (_, drive) => {
  it.each<ExistingData>(['Refuse', 'Adopt', 'Wipe'])('is left alone by %s', (existingData) => {
    const planned = plan(one(drive), existingData, { newNode: true });
    expect(planned.steps).toEqual([]);
    expect(planned.plan.refusals).toHaveLength(1);
  });

  it.each<LayoutType>(['Filesystem', 'RAID', 'LVM'])('is wiped by an order of the plan, for %s', (type) => {
    const snapshot = one(drive);
    const planned = plan(snapshot, 'Wipe', ordered(snapshot), { type });
    expect(planned.plan.candidates).toEqual(['/dev/nvme1n1']);
    if (drive.blkid !== undefined) expect(kinds(planned)[0]).toBe('wipe-signatures');
    expect(planned.steps.length).toBeGreaterThan(0);
  });

  it.each<LayoutType>(['Swap', 'Block', 'SPDK'])('is wiped by no order for %s', (type) => {
    const snapshot = one(drive);
    const planned = plan(snapshot, 'Wipe', ordered(snapshot), { type });
    expect([planned.steps, planned.plan.candidates]).toEqual([[], []]);
  });

  it('is wiped by no order under Refuse or Adopt', () => {
    const snapshot = one(drive);
    for (const existingData of ['Refuse', 'Adopt'] as const)
      expect(plan(snapshot, existingData, ordered(snapshot)).steps).toEqual([]);
  });

  it('is left alone when it carries something else than what was ordered', () => {
    const other = one({ blkid: { TYPE: 'xfs', UUID: 'other' } });
    expect(plan(one(drive), 'Wipe', ordered(other)).steps).toEqual([]);
  });

  it('is left alone under any order while a PersistentVolume of anyone names it', () => {
    const snapshot = one(drive);
    const volumes: KnownVolume[] = [{ name: 'pv', phase: 'Released', path: '/dev/nvme1n1' }];
    const consent = { ...ordered(snapshot), newNode: true };
    expect(plan(snapshot, 'Wipe', consent, { volumes }).steps).toEqual([]);
    expect(ordered(snapshot, volumes).order?.drives).toEqual({});
  });

  it('is left alone under any order while it is in use', () => {
    for (const use of [{ mounts: { '/dev/nvme1n1': '/data' } }, { swaps: ['/dev/nvme1n1'] }]) {
      const snapshot = machine({ drives: { nvme1n1: drive }, ...use });
      expect(plan(snapshot, 'Wipe', { ...ordered(one(drive)), newNode: true }).steps).toEqual([]);
    }
    const held = one({ ...drive, holders: ['dm-3'] });
    expect(plan(held, 'Wipe', { ...ordered(one(drive)), newNode: true }).steps).toEqual([]);
  });

  it('ends set up when the machine dies in the middle of any step', () => {
    const snapshot = one(drive);
    const consent = ordered(snapshot);
    const { steps } = plan(snapshot, 'Wipe', consent);
    for (let at = 1; at <= steps.length; at += 1) {
      const broken = interrupted(snapshot, steps.slice(0, at));
      const again = plan(broken, 'Wipe', consent);
      const last = plan(applied(broken, again.steps), 'Wipe', consent);
      expect([at, last.steps.filter(({ kind }) => kind !== 'mkfs'), last.plan.refusals]).toEqual([
        at,
        [],
        [],
      ]);
    }
  });
});

describe('Wipe without an order', () => {
  it('takes a filesystem that was looked at and is empty, on a new node', () => {
    const planned = plan(one({ blkid: EXT4 }, ['lost+found']), 'Wipe', { newNode: true });
    expect(kinds(planned)).toEqual(['wipe-signatures', 'mkfs', 'mount', 'make-data-directory']);
  });

  it.each<[string, Snapshot, Consent]>([
    ['holds anything', one({ blkid: EXT4 }, ['lost+found', 'base']), { newNode: true }],
    ['has a directory named data', one({ blkid: EXT4 }, ['data']), { newNode: true }],
    ['could not be looked at', one({ blkid: EXT4 }), { newNode: true }],
    ['is on a node that was ready before', one({ blkid: EXT4 }, []), {}],
    [
      'is on a member of an array',
      one({ blkid: { TYPE: 'linux_raid_member', UUID } }, []),
      { newNode: true },
    ],
  ])('leaves one alone that %s', (_, snapshot, consent) => {
    const planned = plan(snapshot, 'Wipe', consent);
    expect(planned.steps).toEqual([]);
    expect(planned.plan.refusals[0]?.reason).toContain('only by an order with the ID of this plan');
  });
});

describe('Adopt', () => {
  it.each([[[]], [['lost+found']], [['data', 'lost+found']]])(
    'takes an ext4 with %j over, and writes nothing',
    (entries) => {
      const planned = plan(one({ blkid: EXT4 }, entries), 'Adopt');
      expect(kinds(planned)).toEqual(['mount', 'make-data-directory']);
      expect(planned.volumes).toMatchObject([{ identity: UUID, path: `/pv-disks/${UUID}/data` }]);
      expect(planned.plan).toMatchObject({ candidates: ['/dev/nvme1n1'], refusals: [] });
    },
  );

  it('still has it once it is mounted, and once it is published', () => {
    const snapshot = one({ blkid: EXT4 }, []);
    const mounted = applied(snapshot, plan(snapshot, 'Adopt').steps);
    expect(plan(mounted, 'Adopt')).toMatchObject({ steps: [], volumes: [{ identity: UUID }] });
    const volumes: KnownVolume[] = [{ name: 'pv', phase: 'Bound', identity: UUID, own: true }];
    expect(plan(mounted, 'Refuse', {}, { volumes })).toMatchObject({
      steps: [],
      volumes: [{ identity: UUID }],
    });
  });

  it.each<[string, Snapshot, KnownVolume[]]>([
    ['holds files', one({ blkid: EXT4 }, ['lost+found', 'pgdata']), []],
    ['could not be looked at', one({ blkid: EXT4 }), []],
    ['is of another type than the wanted one', one({ blkid: { TYPE: 'xfs', UUID } }, []), []],
    [
      'a PersistentVolume names',
      one({ blkid: EXT4 }, []),
      [{ name: 'pv', phase: 'Available', path: '/dev/nvme1n1' }],
    ],
    [
      'is mounted elsewhere',
      machine({
        drives: { nvme1n1: { blkid: EXT4 } },
        mounts: { '/dev/nvme1n1': '/mnt/theirs' },
        snapshot: { entries: { '/dev/nvme1n1': [] } },
      }),
      [],
    ],
  ])('leaves one alone that %s', (_, snapshot, volumes) => {
    const planned = plan(snapshot, 'Adopt', {}, { volumes });
    expect(planned).toMatchObject({ steps: [], volumes: [] });
    expect(planned.plan.refusals).toHaveLength(1);
  });

  it('sets blank drives up beside it', () => {
    const snapshot = machine({
      drives: { nvme1n1: { blkid: EXT4 }, nvme2n1: {} },
      snapshot: { entries: { '/dev/nvme1n1': [] } },
    });
    expect(plan(snapshot, 'Adopt').plan.candidates).toEqual(['/dev/nvme1n1', '/dev/nvme2n1']);
  });
});

it('leaves a drive alone on which somebody has put a file since it was ordered', () => {
  const empty = one({ blkid: EXT4 }, []);
  expect(plan(empty, 'Wipe', ordered(empty)).steps).not.toEqual([]);
  expect(plan(one({ blkid: EXT4 }, ['file']), 'Wipe', ordered(empty)).steps).toEqual([]);
});
