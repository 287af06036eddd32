import { describe, expect, it } from 'vitest';
import { withDefaults } from '../../../../api/defaults.ts';
import {
  DRIVE_COUNT,
  DRIVES,
  NODE_LABEL,
  PROVISIONED_BY,
  PROVISIONER,
  VOLUME_IDENTITY,
} from '../../../../api/keys.ts';
import type { Layout } from '../../../../api/layout.ts';
import type { PartialDeep } from '../../../../api/profile.ts';
import type { Snapshot } from '../../../../api/snapshot.ts';
import { takeInventory } from '../../../../agent/inventory/classify.ts';
import { absentVolumes, missingDrives, type LossContext } from '../../../../agent/loss/judge.ts';
import { planSetup } from '../../../../agent/plan/plan.ts';
import type { Planned } from '../../../../agent/plan/planned.ts';
import { knownVolume } from '../../../../agent/publish/known-volumes.ts';
import type { PersistentVolume } from '../../../../kube/resources.ts';
import { machine } from '../../../builders/machine.ts';
import { persistentVolume } from '../../../builders/objects.ts';
import { applied, rebooted } from '../../../fakes/drive-model.ts';

const blank = (names = ['nvme1n1', 'nvme2n1']): Snapshot =>
  machine({ drives: Object.fromEntries(names.map((name) => [name, {}])) });

function look(snapshot: Snapshot, volumes: PersistentVolume[], layout: PartialDeep<Layout>) {
  const spec = withDefaults({ provider: 'aws', layout });
  const { provider, drives } = spec;
  const inventory = takeInventory(snapshot, {
    ...{ provider, drives, strict: true },
    volumes: volumes.map(knownVolume),
  });
  return { inventory, planned: planSetup(inventory, { spec, nodeUID: 'u' }) };
}

/** The PVs that we would publish for a plan. */
const published = ({ volumes }: Planned): PersistentVolume[] =>
  volumes.map(({ identity, path, drives }, index) =>
    persistentVolume({
      metadata: {
        name: `pv-${index}`,
        labels: { [NODE_LABEL]: 'n1' },
        annotations: {
          [PROVISIONED_BY]: PROVISIONER,
          [VOLUME_IDENTITY]: identity,
          [DRIVES]: JSON.stringify(drives),
          [DRIVE_COUNT]: '2',
        },
      },
      spec: { local: { path } },
    }),
  );

/** A machine that was set up and published, and what is judged of it after a change. */
function scene(layout: PartialDeep<Layout>) {
  const first = look(blank(), [], layout);
  const volumes = published(first.planned);
  const made = applied(blank(), first.planned.steps);
  const context = (snapshot: Snapshot, over: Partial<LossContext> = {}): LossContext => {
    const { inventory, planned } = look(snapshot, volumes, layout);
    const found = planned.volumes.map(({ identity }) => identity);
    return { inventory, found, volumes, nodeName: 'n1', ...over };
  };
  const judge = (snapshot: Snapshot, over?: Partial<LossContext>) =>
    absentVolumes(context(snapshot, over)).map(({ status: { state, reason } }) => [state, reason]);
  return { made, volumes, context, judge };
}

/** Without one drive, as after a surprise removal. */
const without = (snapshot: Snapshot, name: string): Snapshot => ({
  ...snapshot,
  lsblk: { blockdevices: snapshot.lsblk.blockdevices.filter((row) => row.name !== name) },
});

const LAYOUTS: [string, PartialDeep<Layout>][] = [
  ['Filesystem', { type: 'Filesystem' }],
  ['RAID', { type: 'RAID' }],
  ['LVM slices', { type: 'LVM', lvm: { slices: 2 } }],
];

describe.each(LAYOUTS)('a volume of layout %s', (_, layout) => {
  const { made, volumes, context, judge } = scene(layout);
  const each = (...verdict: unknown[]) => volumes.map(() => verdict);

  it('is not lost while it is there, nor before it is assembled after a reboot', () => {
    expect(judge(made)).toEqual([]);
    expect(judge(rebooted(made, { assembled: false })).filter(([state]) => state === 'Lost')).toEqual([]);
  });

  it('is lost when all drives are back and blank', () => {
    expect(judge(blank())).toEqual(each('Lost', expect.stringContaining('on none of them')));
  });

  it('is lost when as many other drives are there', () => {
    expect(judge(blank(['nvme3n1', 'nvme4n1']))).toEqual(each('Lost', expect.any(String)));
  });

  it('is waited for while a drive is missing, and the drive is named', () => {
    const verdicts = judge(without(blank(), 'nvme1n1'));
    expect(verdicts).toHaveLength(volumes.length);
    for (const [state] of verdicts) expect(state).toBe('Failed');
    expect(missingDrives(context(without(made, 'nvme1n1')))).toEqual([
      'drive nvme-Amazon_EC2_NVMe_Instance_Storage_AWSNVME1N1 is gone',
    ]);
  });

  it.each<[string, Partial<Snapshot>, string]>([
    ['a drive could not be read', { errors: { 'blkid:/dev/nvme1n1': 'timed out' } }, 'timed out'],
    ['LVM could not be asked', { errors: { pvs: 'locked' } }, 'locked'],
  ])('is waited for while %s', (_, more, why) => {
    expect(judge({ ...blank(), ...more })).toEqual(each('Failed', expect.stringContaining(why)));
  });

  it('is waited for while a local drive does not answer', () => {
    const dead = machine({ drives: { nvme1n1: {}, nvme2n1: {}, nvme3n1: { size: 0 } } });
    expect(judge(dead)).toEqual(each('Failed', expect.stringContaining('/dev/nvme3n1 is Failed')));
  });

  it('is waited for when nobody wrote down how many drives there were', () => {
    const bare = volumes.map((volume) => {
      const { [DRIVE_COUNT]: _count, ...annotations } = volume.metadata?.annotations ?? {};
      return { ...volume, metadata: { ...volume.metadata, annotations } };
    });
    expect(judge(blank(), { volumes: bare })).toEqual(
      each('Failed', expect.stringContaining('unknown number')),
    );
  });

  it('is nobody’s business of ours when it is of another node or provisioner', () => {
    expect(judge(blank(), { nodeName: 'n2' })).toEqual([]);
    const foreign = volumes.map((volume) => {
      const annotations = { ...volume.metadata?.annotations, [PROVISIONED_BY]: 'other' };
      return { ...volume, metadata: { ...volume.metadata, annotations } };
    });
    expect(judge(blank(), { volumes: foreign })).toEqual([]);
  });
});

describe('a RAID 0 that lost a member', () => {
  const { made, context, judge } = scene({ type: 'RAID' });

  it('has failed while the drive is gone, although the kernel still runs the array', () => {
    expect(judge(without(made, 'nvme2n1'))).toEqual([
      ['Failed', expect.stringContaining('AWSNVME2N1 is gone')],
    ]);
  });

  it('is lost when the drive is back blank', () => {
    const half = rebooted(made, { assembled: false });
    const wiped = {
      ...half,
      blkid: { ...half.blkid, '/dev/nvme2n1': {} },
      samples: { ...half.samples, '/dev/nvme2n1': { constant: 0 } },
      md: Object.fromEntries(Object.entries(half.md ?? {}).filter(([path]) => path !== '/dev/nvme2n1')),
    };
    expect(judge(wiped)).toEqual([['Lost', expect.any(String)]]);
    expect(missingDrives(context(wiped))).toEqual([]);
  });
});
