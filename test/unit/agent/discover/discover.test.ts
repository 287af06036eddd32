import { expect, test } from 'vitest';
import { withDefaults } from '../../../../api/defaults.ts';
import type { Snapshot } from '../../../../api/snapshot.ts';
import { discoverSnapshot } from '../../../../agent/discover/discover.ts';
import { CommandError } from '../../../../agent/host/host.ts';
import { takeInventory } from '../../../../agent/inventory/classify.ts';
import { readSnapshot } from '../../../../agent/inventory/parse-snapshot.ts';
import { planSetup } from '../../../../agent/plan/plan.ts';
import { fixture, fixtureNames } from '../../../builders/snapshot-fixture.ts';
import { SnapshotHost } from '../../../fakes/snapshot-host.ts';

const names = (await fixtureNames()).filter((name) => !name.endsWith('lsblk-only'));

function plan(snapshot: Snapshot) {
  const spec = withDefaults();
  const inventory = takeInventory(snapshot, {
    provider: 'auto',
    drives: spec.drives,
    strict: true,
    volumes: [],
  });
  return planSetup(inventory, { spec, nodeUID: 'uid' });
}

test.each(names)('discovery of %s finds what its snapshot shows', async (name) => {
  const { snapshot } = await fixture(name);
  const found = await discoverSnapshot(new SnapshotHost(snapshot), { seed: 's' });
  expect(found.errors).toEqual({});
  expect(readSnapshot(found).lsblk).toEqual(snapshot.lsblk);
  expect(plan(found)).toEqual(plan(snapshot));
});

test('a new machine costs lsblk and one blkid per local drive, nothing of LVM or md', async () => {
  const { snapshot } = await fixture('aws-i3en.6xlarge');
  const host = new SnapshotHost(snapshot);
  await discoverSnapshot(host, { seed: 's' });
  expect(host.programs.map(([program]) => program).sort()).toEqual(['blkid', 'blkid', 'lsblk']);
});

test.each(names)('discovery of %s runs one program a drive, and at most six more', async (name) => {
  const { snapshot } = await fixture(name);
  const host = new SnapshotHost(snapshot);
  await discoverSnapshot(host, { seed: 's' });
  const drives = snapshot.lsblk.blockdevices.length;
  expect(host.programs.length).toBeLessThanOrEqual(drives + 6);
});

test('no remote and no root disk is opened', async () => {
  for (const name of names) {
    const { snapshot } = await fixture(name);
    const host = new SnapshotHost(snapshot);
    await discoverSnapshot(host, { seed: 's' });
    const opened = host.programs.filter(([program]) => program === 'blkid').map((command) => command.at(-1));
    const { drives } = takeInventory(snapshot, {
      provider: 'auto',
      drives: withDefaults().drives,
      strict: true,
      volumes: [],
    });
    const left = drives.filter(({ role }) => role === 'Remote' || role === 'Root').map(({ path }) => path);
    expect(opened.filter((path) => left.includes(path ?? ''))).toEqual([]);
  }
});

test.each([
  'mountinfo',
  '/proc/swaps',
  '/proc/mdstat',
  '/dev/disk/by-id',
  '/etc/machine-id',
  '/proc/sys/kernel/random/boot_id',
  '/var/lib/kubectl-nvme/begun.json',
  'blkid',
])('without %s no drive of a new machine is a candidate', async (broken) => {
  const { snapshot } = await fixture('aws-i3en.6xlarge');
  const found = await discoverSnapshot(new SnapshotHost(snapshot, [broken]), { seed: 's' });
  const { steps, plan: shown } = plan(found);
  expect(steps).toEqual([]);
  expect(shown.refusals.map(({ reason }) => reason).join()).toMatch(/could not be read: /);
});

test.each([
  ['/sys/class/block/nvme1n1/holders'],
  ['blkid:/dev/nvme1n1'],
  ['samples:/dev/nvme1n1'],
  ['/sys/class/block/nvme1n1/nsid'],
])('without %s only that drive is left alone', async (broken) => {
  const { snapshot } = await fixture('aws-i3en.6xlarge');
  const found = await discoverSnapshot(new SnapshotHost(snapshot, [broken]), { seed: 's' });
  const { candidates, drives } = plan(found).plan;
  expect(candidates).toEqual(['/dev/nvme2n1']);
  expect(drives.find(({ path }) => path === '/dev/nvme1n1')?.state).toBe('Unknown');
});

test('a machine without md, by-id links, DMI or anything begun is an ordinary one', async () => {
  const { snapshot } = await fixture('metal-4-nvme-numa');
  const { byId: _byId, mdstat: _mdstat, dmi: _dmi, begun: _begun, ...rest } = snapshot;
  const found = await discoverSnapshot(new SnapshotHost(rest), { seed: 's' });
  expect(found.errors).toEqual({});
  expect(plan(found).plan.candidates).toEqual(['/dev/nvme0n1', '/dev/nvme1n1']);
});

test('an lsblk that fails is the end of discovery', async () => {
  const { snapshot } = await fixture('aws-i3en.6xlarge');
  const discovered = discoverSnapshot(new SnapshotHost(snapshot, ['lsblk']), { seed: 's' });
  await expect(discovered).rejects.toBeInstanceOf(CommandError);
});

test('an LVM that cannot be asked makes its members Unknown and leaves other drives alone', async () => {
  const { snapshot } = await fixture('metal-4-nvme-numa');
  const found = await discoverSnapshot(new SnapshotHost(snapshot, ['pvs']), { seed: 's' });
  const { drives, candidates } = plan(found).plan;
  expect(drives.find(({ path }) => path === '/dev/nvme3n1')).toMatchObject({ state: 'Unknown' });
  expect(candidates).toEqual(['/dev/nvme0n1', '/dev/nvme1n1']);
});
