import fc from 'fast-check';
import { expect, test } from 'vitest';
import { withDefaults } from '../../../../api/defaults.ts';
import type { NVMeProfileSpecInput } from '../../../../api/profile.ts';
import type { Snapshot } from '../../../../api/snapshot.ts';
import { takeInventory } from '../../../../agent/inventory/classify.ts';
import { parseSnapshot } from '../../../../agent/inventory/parse-snapshot.ts';
import { SnapshotError } from '../../../../agent/inventory/snapshot-error.ts';
import { planSetup } from '../../../../agent/plan/plan.ts';
import type { Planned } from '../../../../agent/plan/planned.ts';
import { DRIVE_KINDS } from '../../../builders/drive-kinds.ts';
import { CLOUDS, type Cloud } from '../../../builders/fuzz/clouds.ts';
import { missed, wrongs } from '../../../builders/fuzz/judge.ts';
import { makeScene, type Scene } from '../../../builders/fuzz/make-scene.ts';
import { scenes } from '../../../builders/fuzz/scene.ts';
import { limitedKubelet } from '../../../builders/kubelet.ts';

function planOf(scene: Scene): Planned {
  const { volumes, strict, nodeLabels, consent } = scene;
  const spec = withDefaults(scene.spec);
  const { provider, drives } = spec;
  const inventory = takeInventory(scene.snapshot, { provider, drives, strict, volumes, nodeLabels });
  return planSetup(inventory, { spec, nodeUID: 'u', consent });
}

const judged = ({ steps, plan }: Planned) => ({ steps, shown: plan.steps });

test.each(Object.keys(DRIVE_KINDS))('a Free drive is set up beside one that is %s', (kind) => {
  for (const cloud of CLOUDS) {
    const scene = makeScene({ cloud, choices: [{ kind }, { kind: 'blank' }], spec: filesystem });
    const planned = judged(planOf(scene));
    expect([cloud.provider, wrongs(scene, planned), missed(scene, planned)]).toEqual([
      cloud.provider,
      [],
      [],
    ]);
  }
});

const filesystem: NVMeProfileSpecInput = { layout: { type: 'Filesystem' } };

test('a Free drive is set up beside those of the cloud that are not local', () => {
  for (const cloud of CLOUDS) {
    for (const foreign of Object.keys(cloud.foreign).keys()) {
      const choices = [{ kind: 'blank', foreign }, { kind: 'blank' }];
      const scene = makeScene({ cloud, choices, spec: filesystem });
      const planned = judged(planOf(scene));
      const names = [cloud.provider, foreign];
      expect([...names, wrongs(scene, planned), missed(scene, planned)]).toEqual([...names, [], []]);
    }
  }
});

test('every refused drive says why', () => {
  fc.assert(
    fc.property(scenes, (scene) => {
      const { refusals, candidates, drives } = planOf(scene).plan;
      for (const { reason } of refusals) expect(reason).toMatch(/\w/);
      const { exclude = [], include } = scene.spec.drives ?? {};
      const asked = (path: string) => exclude.includes(path) || include?.includes(path) === false;
      const local = drives
        .filter(({ role, path }) => role === 'Local' && !path.startsWith('/dev/sd') && !asked(path))
        .map(({ path }) => path);
      const told = [...candidates, ...refusals.map(({ path }) => path)];
      expect(local.filter((path) => !told.includes(path))).toEqual([]);
    }),
  );
});

const [aws, google] = CLOUDS;

/** A machine of two blank drives, with its snapshot put in another way. */
function changed(
  cloud: Cloud | undefined,
  spec: NVMeProfileSpecInput,
  by: (found: Snapshot) => Partial<Snapshot>,
) {
  if (!cloud) throw new Error('expected a cloud');
  const choices = [{ kind: 'blank' }, { kind: 'blank' }];
  const scene = makeScene({ cloud, choices, spec, kubelet: limitedKubelet() });
  return planOf({ ...scene, snapshot: { ...scene.snapshot, ...by(scene.snapshot) } });
}

const reasons = ({ plan }: Planned): Record<string, string> =>
  Object.fromEntries(plan.refusals.map(({ path, reason }) => [path, reason]));

// What the fuzz has found, case by case.
test('a drive whose path is another’s is left alone: what was read belongs to the other', () => {
  const planned = changed(aws, filesystem, ({ lsblk: { blockdevices } }) => ({
    lsblk: {
      blockdevices: blockdevices.map((row) =>
        row.name === 'nvme2n1' ? { ...row, path: '/dev/nvme1n1' } : row,
      ),
    },
  }));
  expect(planned.plan.drives).toContainEqual(
    expect.objectContaining({ state: 'Unknown', reason: 'lsblk gives nvme2n1 the path /dev/nvme1n1' }),
  );
  expect(JSON.stringify(planned.steps)).not.toContain('A8000002');
});

test('a drive that lsblk lists twice in different words is left alone', () => {
  const planned = changed(aws, filesystem, ({ lsblk: { blockdevices } }) => ({
    lsblk: {
      blockdevices: [
        ...blockdevices,
        { name: 'nvme1n1', size: 900 * 2 ** 30, model: 'Amazon Elastic Block Store' },
      ],
    },
  }));
  expect(reasons(planned)['/dev/nvme1n1']).toMatch(/lists nvme1n1 more than once, with another /);
  expect(planned.plan.candidates).toEqual(['/dev/nvme2n1']);
});

test('a drive whose transport was not read may be another machine’s, and is left alone', () => {
  const planned = changed(aws, filesystem, ({ nvme = {} }) => ({
    nvme: { ...nvme, '/dev/nvme1n1': { nsid: 1 } },
  }));
  expect(reasons(planned)).toEqual({ '/dev/nvme1n1': 'the transport of its controller was not read' });
});

test('no controller is handed to SPDK while a namespace may hang on it unseen', () => {
  const planned = changed(google, { layout: { type: 'SPDK' } }, ({ nvme = {} }) => ({
    nvme: Object.fromEntries(Object.entries(nvme).filter(([path]) => path !== '/dev/nvme30n2')),
  }));
  expect(planned.steps.filter(({ kind }) => kind === 'pci-bind')).toEqual([]);
  expect(reasons(planned)['/dev/nvme30n1']).toBe(
    'the controller of /dev/nvme30n2 is not known, and it may be 0000:00:04.0',
  );
});

test.each([
  ['another drive’s serial number', 'AWS3CEF3078A8000001'],
  ['the serial number of a drive that is not here', 'AWS0000000000000001'],
])('no step uses a by-id link that bears %s', (_, serial) => {
  const stray = `nvme-Amazon_EC2_NVMe_Instance_Storage_${serial}`;
  const planned = changed(aws, filesystem, ({ byId }) => ({ byId: { ...byId, [stray]: '/dev/nvme2n1' } }));
  expect(planned.plan.candidates).toContain('/dev/nvme2n1');
  expect(planned.steps.filter((step) => JSON.stringify(step).includes(`${stray}"`))).toEqual([]);
});

test('no step uses one of two Google links that name different slots', () => {
  const planned = changed(google, filesystem, ({ byId }) => ({
    byId: { ...byId, 'google-local-nvme-ssd-0': '/dev/nvme30n2' },
  }));
  expect(JSON.stringify(planned.steps)).not.toContain('google-local-nvme-ssd-0');
});

test('an empty filesystem of someone else’s is adopted only where filesystems are wanted', () => {
  if (!aws) throw new Error('expected a cloud');
  const choices = [{ kind: 'published' }, { kind: 'emptyExt4' }];
  const steps = (type: 'Filesystem' | 'LVM') =>
    planOf(
      makeScene({ cloud: aws, choices, spec: { existingData: 'Adopt', layout: { type } } }),
    ).steps.filter((step) => JSON.stringify(step).includes('A8000002'));
  expect(steps('LVM')).toEqual([]);
  expect(steps('Filesystem').map(({ kind }) => kind)).toContain('mount');
});

test('no other layout is begun beside one of ours', () => {
  if (!aws) throw new Error('expected a cloud');
  const choices = [{ kind: 'published' }, { kind: 'blank' }];
  const blank = (type: 'Filesystem' | 'RAID' | 'LVM' | 'Block' | 'Swap') => {
    const scene = makeScene({ cloud: aws, choices, spec: { layout: { type } }, kubelet: limitedKubelet() });
    return planOf(scene);
  };
  for (const type of ['RAID', 'LVM', 'Block', 'Swap'] as const) {
    expect(reasons(blank(type))['/dev/nvme2n1']).toContain(`carries our Filesystem layout, not ${type}`);
  }
  expect(blank('Filesystem').plan.candidates).toEqual(['/dev/nvme1n1', '/dev/nvme2n1']);
});

test('nothing is adopted where the platform owns the drives', () => {
  if (!aws) throw new Error('expected a cloud');
  const spec = { ...filesystem, existingData: 'Adopt' as const };
  const choices = [{ kind: 'emptyExt4' }];
  expect(planOf(makeScene({ cloud: aws, choices, spec, owner: 'nodeadm' })).steps).toEqual([]);
  expect(planOf(makeScene({ cloud: aws, choices, spec })).steps).not.toEqual([]);
});

test('a platform that owns the drives is known by one that is told of in two ways', () => {
  if (!aws) throw new Error('expected a cloud');
  const scene = makeScene({ cloud: aws, choices: [{ kind: 'blank' }], spec: filesystem, owner: 'label' });
  const { blockdevices } = scene.snapshot.lsblk;
  const twin = { name: 'nvme2n1', path: '/dev/nvme2n1', type: 'disk', model: 'Amazon Elastic Block Store' };
  const lsblk = { blockdevices: [twin, ...blockdevices] };
  expect(planOf({ ...scene, snapshot: { ...scene.snapshot, lsblk } }).steps).toEqual([]);
});

test('the judge of the fuzz sees a step that touches what it must not, however it names it', () => {
  if (!aws) throw new Error('expected a cloud');
  const scene = makeScene({ cloud: aws, choices: [{ kind: 'ext4' }, { kind: 'blank' }], spec: filesystem });
  const step = (words: object) => wrongs(scene, { steps: [{ kind: 'mkfs', ...words }], shown: [] });
  const link = '/dev/disk/by-id/nvme-Amazon_EC2_NVMe_Instance_Storage_AWS3CEF3078A800000';
  expect(step({ device: '/dev/nvme1n1' })).toEqual(['mkfs touches nvme1n1, which is unsafe']);
  expect(step({ device: `${link}1-ns-1` })).toEqual(['mkfs touches nvme1n1, which is unsafe']);
  expect(step({ address: '0000:01:00.0' })).toEqual(['mkfs touches nvme1n1, which is unsafe']);
  expect(step({ name: 'make ext4 on /dev/nvme0n1' })).toEqual(['mkfs touches nvme0n1, which is unsafe']);
  expect(step({ device: '/dev/nvme1n1p1' })).toEqual(['mkfs touches nvme1n1p1, which is unknown']);
  expect(step({ device: `${link}2` })).toEqual([]);
});

test('a text that is no JSON is a SnapshotError', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      try {
        parseSnapshot(text);
      } catch (error) {
        expect(error).toBeInstanceOf(SnapshotError);
      }
    }),
  );
});
