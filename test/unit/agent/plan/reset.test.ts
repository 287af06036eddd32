import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { withDefaults } from '../../../../api/defaults.ts';
import type { Layout } from '../../../../api/layout.ts';
import type { PartialDeep } from '../../../../api/profile.ts';
import type { Snapshot } from '../../../../api/snapshot.ts';
import { takeInventory } from '../../../../agent/inventory/classify.ts';
import { begins, ends } from '../../../../agent/plan/command.ts';
import { clearedUuid } from '../../../../agent/plan/identity.ts';
import { orderFor } from '../../../../agent/order/order.ts';
import type { KnownVolume } from '../../../../agent/plan/known-volume.ts';
import { planSetup } from '../../../../agent/plan/plan.ts';
import { planReset, type PlannedReset } from '../../../../agent/plan/reset/reset.ts';
import { machine } from '../../../builders/machine.ts';
import { applied, interrupted } from '../../../fakes/drive-model.ts';

const spec = (layout: PartialDeep<Layout>) => withDefaults({ provider: 'aws', layout });
const inventory = (snapshot: Snapshot, volumes: KnownVolume[] = []) => {
  const { provider, drives } = spec({});
  return takeInventory(snapshot, { provider, drives, strict: true, volumes });
};
const setUp = (snapshot: Snapshot, layout: PartialDeep<Layout>) =>
  planSetup(inventory(snapshot), { spec: spec(layout), nodeUID: 'u' });
const reset = (snapshot: Snapshot, volumes: KnownVolume[] = [], nodeUID = 'u'): PlannedReset =>
  planReset(inventory(snapshot, volumes), { nodeUID, layout: spec({}).layout });

/** A machine of blank drives after set-up as that layout. */
function laidOut(layout: PartialDeep<Layout>, count = 2): Snapshot {
  const names = Array.from({ length: count }, (_, index) => `nvme${index + 1}n1`);
  const blank = machine({ drives: Object.fromEntries(names.map((name) => [name, {}])) });
  return applied(blank, setUp(blank, layout).steps);
}

/** What the register of begun things holds after steps. */
function after(snapshot: Snapshot, { steps }: PlannedReset): Snapshot {
  const over = new Set(steps.flatMap(ends));
  const begun = [...(snapshot.begun ?? []), ...steps.flatMap(begins)].filter((uuid) => !over.has(uuid));
  return { ...applied(snapshot, steps), begun };
}

const states = (snapshot: Snapshot): unknown[] =>
  inventory(snapshot)
    .drives.filter(({ role }) => role === 'Local')
    .map(({ state, halfMade }) => [state, halfMade]);

const LAYOUTS: [string, PartialDeep<Layout>][] = [
  ['Filesystem', { type: 'Filesystem' }],
  ['RAID 0', { type: 'RAID' }],
  ['RAID 10', { type: 'RAID', raid: { level: 10 } }],
  ['LVM', { type: 'LVM' }],
  ['LVM in slices', { type: 'LVM', lvm: { slices: 3 } }],
];

describe.each(LAYOUTS)('a reset of %s', (_, layout) => {
  it('leaves every drive raw, so that it is set up again without asking', () => {
    const made = laidOut(layout);
    const planned = reset(made);
    expect(planned).toMatchObject({ blocked: false, volumes: [] });
    expect(planned.plan.candidates).toEqual(['/dev/nvme1n1', '/dev/nvme2n1']);
    const raw = after(made, planned);
    expect(states(raw)).toEqual([
      ['Free', false],
      ['Free', false],
    ]);
    expect(reset(raw).steps).toEqual([]);
    expect(setUp(raw, layout).plan.candidates).toHaveLength(2);
  });

  it('ends the same when the machine dies in the middle of any step', () => {
    const made = laidOut(layout);
    const { steps } = reset(made);
    for (let at = 1; at <= steps.length; at += 1) {
      let snapshot = interrupted(made, steps.slice(0, at));
      const again = reset(snapshot);
      expect([at, again.blocked]).toEqual([at, false]);
      snapshot = after(snapshot, again);
      expect([at, states(snapshot)]).toEqual([
        at,
        [
          ['Free', false],
          ['Free', false],
        ],
      ]);
    }
  });

  it('is refused while a pod has the filesystem mounted', () => {
    const made = laidOut(layout);
    const own = (made.mountinfo ?? '').split('\n').filter((line) => line.includes(' /pv-disks/'));
    const pod = own.map((line) => line.replace(/ \/pv-disks\/\S+/, ' /var/lib/kubelet/pods/x/volumes/y'));
    const planned = reset({ ...made, mountinfo: [made.mountinfo, ...pod].join('\n') });
    if (own.length === 0) return;
    expect(planned).toMatchObject({ blocked: true, steps: [], drives: [] });
    expect(planned.plan.refusals[0]?.reason).toContain('mounted on /var/lib/kubelet/pods/x');
  });
});

const ext4 = { blkid: { TYPE: 'ext4', UUID: '0f5d3c1e-7a58-4f2c-9b1d-1f2e3d4c5b6a' } };

describe('what a reset leaves alone', () => {
  it('never touches what no UUID proves to be ours', () => {
    const snapshot = machine({
      drives: {
        nvme1n1: ext4,
        nvme2n1: { blkid: { TYPE: 'linux_raid_member', UUID: 'a9d5f6f2-1111-4222-8333-944455556666' } },
        nvme3n1: { blkid: { TYPE: 'LVM2_member', UUID: 'abc' } },
        nvme4n1: { sample: null },
        nvme5n1: {},
      },
    });
    const planned = reset(snapshot);
    expect(planned).toMatchObject({ steps: [], drives: [], blocked: false });
    expect(planned.plan.refusals.map(({ path }) => path)).toEqual(
      [1, 2, 3, 4].map((index) => `/dev/nvme${index}n1`),
    );
  });

  it('never touches the drives of a platform, whatever on them is ours', () => {
    const seen = { ...inventory(laidOut({ type: 'Filesystem' })), standDown: 'GKE uses them' };
    const planned = planReset(seen, { nodeUID: 'u', layout: spec({}).layout });
    expect(planned).toMatchObject({ steps: [], drives: [], volumes: [] });
    expect(planned.plan.refusals.map(({ reason }) => reason)).toEqual(['GKE uses them', 'GKE uses them']);
  });

  it('never touches a drive that an order of others was for', () => {
    const seen = inventory(machine({ drives: { nvme1n1: ext4 } }));
    const elsewhere = inventory(machine({ drives: { nvme1n1: { blkid: { TYPE: 'xfs', UUID: 'other' } } } }));
    const request = { nodeUID: 'u', layout: spec({}).layout };
    const orderOf = ({ drives }: typeof seen) => orderFor('r', drives);
    expect(planReset(seen, { ...request, order: orderOf(seen) }).drives).toHaveLength(1);
    expect(planReset(seen, { ...request, order: orderOf(elsewhere) })).toMatchObject({
      steps: [],
      drives: [],
    });
  });

  it('refuses an array of ours that something holds without a mount', () => {
    const made = laidOut({ type: 'RAID' });
    const unmounted = (made.mountinfo ?? '').replace(/^.*pv-disks.*$/m, '');
    const holders = { ...made.holders, '/dev/md127': ['dm-7'] };
    const planned = reset({ ...made, mountinfo: unmounted, holders });
    expect(planned).toMatchObject({ blocked: true, steps: [] });
    expect(planned.plan.refusals[0]?.reason).toContain('in use, but not mounted by us');
  });

  it('refuses an array of ours as a whole when one of its drives could not be read', () => {
    const made = laidOut({ type: 'RAID' });
    const planned = reset({ ...made, errors: { 'holders:/dev/nvme2n1': 'EIO' } });
    expect(planned).toMatchObject({ blocked: true, steps: [] });
    expect(planned.plan.refusals[0]?.reason).toContain('/dev/nvme2n1 is Unknown');
  });

  it('clears the drives of ours beside one that is not', () => {
    const made = laidOut({ type: 'Filesystem' });
    const theirs = machine({ drives: { nvme1n1: {}, nvme2n1: {}, nvme3n1: ext4 } });
    const both = {
      ...made,
      lsblk: { blockdevices: [...made.lsblk.blockdevices, ...theirs.lsblk.blockdevices.slice(3)] },
      byId: { ...made.byId, ...theirs.byId },
      blkid: { ...theirs.blkid, ...made.blkid },
      holders: { ...made.holders, ...theirs.holders },
      nvme: { ...made.nvme, ...theirs.nvme },
    };
    expect(reset(both).plan.candidates).toEqual(['/dev/nvme1n1', '/dev/nvme2n1']);
  });

  it('refuses all when a volume group of ours holds a logical volume of a CSI driver', () => {
    const made = laidOut({ type: 'LVM' });
    const lvs = [{ vg_name: 'instance-store-vg', lv_name: 'pvc-1', lv_tags: '', lv_attr: '-wi-------' }];
    const planned = reset({ ...made, lvs });
    expect(planned).toMatchObject({ blocked: true, steps: [] });
    expect(planned.plan.refusals[0]?.reason).toContain('holds pvc-1, which is not ours');
  });

  it('refuses an array of ours on which somebody made something else', () => {
    const made = laidOut({ type: 'RAID' });
    const unmounted = (made.mountinfo ?? '').replace(/^.*pv-disks.*$/m, '');
    const blkid = { ...made.blkid, '/dev/md127': { TYPE: 'crypto_LUKS', UUID: 'x' } };
    const planned = reset({ ...made, mountinfo: unmounted, blkid });
    expect(planned).toMatchObject({ blocked: true, steps: [] });
    expect(planned.plan.refusals[0]?.reason).toContain('LUKS');
  });

  it('refuses an array that is complete but not assembled, because nobody sees what is on it', () => {
    const made = laidOut({ type: 'RAID' });
    const stopped = applied(made, reset(made).steps.slice(0, 2));
    expect(reset(stopped).blocked).toBe(true);
  });

  it('takes an array that lost a drive apart', () => {
    const made = laidOut({ type: 'RAID' });
    const { identity = '' } = setUp(made, { type: 'RAID' }).volumes[0] ?? {};
    const lsblk = { blockdevices: made.lsblk.blockdevices.filter(({ name }) => name !== 'nvme2n1') };
    const known: KnownVolume = { name: 'pv', phase: 'Released', identity, own: true };
    const planned = reset({ ...made, lsblk }, [known]);
    expect(planned).toMatchObject({ blocked: false, volumes: ['pv'] });
    expect(planned.steps.map(({ kind }) => kind)).toEqual([
      'unmount',
      'md-stop',
      'wipe-signatures',
      'make-raw',
    ]);
  });

  const made = laidOut({ type: 'Filesystem' });
  const [volume] = setUp(made, { type: 'Filesystem' }).volumes;
  const pv = (more: Partial<KnownVolume>): KnownVolume => ({
    ...{ name: 'pv-1', phase: 'Available', own: true, path: volume?.path ?? '' },
    ...more,
  });

  it.each<[string, Partial<KnownVolume>, string]>([
    ['a Bound volume', { phase: 'Bound', claim: 'db/data' }, 'claim db/data holds PersistentVolume pv-1'],
    ['one that a claim is waiting for', { claim: 'db/data' }, 'delete the claim first'],
    ['a Failed volume', { phase: 'Failed' }, 'PersistentVolume pv-1 is Failed'],
    ['one that is not settled yet', { phase: 'Pending' }, 'PersistentVolume pv-1 is Pending'],
  ])('refuses %s', (_, more, reason) => {
    const planned = reset(made, [pv(more)]);
    expect(planned).toMatchObject({ blocked: true, steps: [], drives: [], volumes: [] });
    expect(planned.plan.refusals[0]?.reason).toContain(reason);
  });

  it('refuses a drive that a PersistentVolume of another provisioner names', () => {
    const foreign: KnownVolume = { name: 'pv-1', phase: 'Available', path: volume?.path ?? '' };
    expect(reset(made, [foreign])).toMatchObject({ blocked: true, steps: [] });
  });

  it.each<[string, Partial<KnownVolume>]>([
    ['Available', {}],
    ['Released', { phase: 'Released', claim: 'db/gone' }],
  ])('deletes an %s volume of ours first, and says so', (phase, more) => {
    const planned = reset(made, [pv(more)]);
    expect(planned).toMatchObject({ blocked: false, volumes: ['pv-1'] });
    expect(planned.plan.steps[1]?.name).toBe(`delete PersistentVolume pv-1 (${phase})`);
  });
});

test('a mark is worth nothing on another drive, or once anything else was written', () => {
  const marked = (mark: string) => ({
    samples: { '/dev/nvme1n1': { constant: null, mark } },
  });
  const base = machine({ drives: { nvme1n1: {} } });
  const { machineID = '' } = base;
  const [drive] = inventory(base).drives.filter(({ role }) => role === 'Local');
  const own = clearedUuid(machineID, drive?.identity ?? '');
  expect(states({ ...base, ...marked(own) })).toEqual([['Free', false]]);
  expect(states({ ...base, ...marked(clearedUuid(machineID, 'other')) })).toEqual([['Foreign', false]]);
  expect(states({ ...base, samples: { '/dev/nvme1n1': { constant: null } } })).toEqual([['Foreign', false]]);
});

test('the plan ID changes with every node, drive, volume and boot, and is not that of a set-up', () => {
  const made = laidOut({ type: 'Filesystem' });
  const known: KnownVolume = { name: 'pv', phase: 'Available', own: true };
  const ids = [
    reset(made).plan.id,
    reset(made, [], 'another node').plan.id,
    reset({ ...made, bootID: 'other' }).plan.id,
    reset(made, [known]).plan.id,
    reset(made, [{ ...known, phase: 'Released' }]).plan.id,
    reset({ ...made, blkid: { ...made.blkid, '/dev/nvme1n1': ext4.blkid } }).plan.id,
    setUp(made, {}).plan.id,
  ];
  expect(new Set(ids).size).toBe(ids.length);
});

test('whatever is on the drives, a reset names only drives that carry something of ours', () => {
  const kinds = fc.constantFrom({}, ext4, { sample: null }, { blkid: { TYPE: 'LVM2_member', UUID: 'x' } });
  fc.assert(
    fc.property(fc.array(kinds, { minLength: 1, maxLength: 4 }), (drives) => {
      const names = drives.map((drive, index) => [`nvme${index + 1}n1`, drive]);
      expect(reset(machine({ drives: Object.fromEntries(names) as Record<string, object> })).steps).toEqual(
        [],
      );
    }),
    { numRuns: 50 },
  );
});
