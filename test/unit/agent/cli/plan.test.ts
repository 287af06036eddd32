import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { OptionError, runPlan, type PlanOptions } from '../../../../agent/cli/plan.ts';
import type { PlanReport } from '../../../../agent/cli/plan-report.ts';
import { runSnapshot } from '../../../../agent/cli/snapshot.ts';
import { readSnapshot } from '../../../../agent/inventory/parse-snapshot.ts';
import { SnapshotError } from '../../../../agent/inventory/snapshot-error.ts';
import { fixture } from '../../../builders/snapshot-fixture.ts';
import { SnapshotHost } from '../../../fakes/snapshot-host.ts';

const file = (name: string) =>
  fileURLToPath(new URL(`../../../fixtures/snapshots/${name}.json`, import.meta.url));

async function run(options: Partial<PlanOptions>, text?: string): Promise<{ code: number; out: string }> {
  let out = '';
  const stdout = { write: (chunk: string) => (out += chunk) };
  const read = text === undefined ? (path: string) => readFile(path, 'utf8') : () => Promise.resolve(text);
  const code = await runPlan(
    { layout: 'lvm', snapshot: '', cloudProvider: 'auto', ...options },
    { stdout, readFile: read },
  );
  return { code, out };
}

const report = async (options: Partial<PlanOptions>): Promise<PlanReport & { code: number }> => {
  const { code, out } = await run(options);
  return { code, ...(JSON.parse(out) as PlanReport) };
};

test('a plan of a snapshot is one JSON document and exit code 0', async () => {
  const { code, ...found } = await report({ snapshot: file('aws-i3en.6xlarge'), cloudProvider: 'aws' });
  expect(code).toBe(0);
  expect(found.provider).toBe('aws');
  expect(found.planID).toMatch(/^[0-9a-f]{16}$/);
  expect(found.candidates).toEqual(['/dev/nvme1n1', '/dev/nvme2n1']);
  expect(found.drives).toContainEqual(
    expect.objectContaining({ path: '/dev/nvme0n1', role: 'Root', state: 'InUse' }),
  );
  expect(found.steps.map(({ command }) => command[0])).toEqual(['pvcreate', 'pvcreate', 'vgcreate']);
  expect(found.refusals).toEqual([]);
});

test('the same snapshot gives the same plan ID, another layout another one', async () => {
  const snapshot = file('aws-i3en.6xlarge');
  const [first, second, raid] = [
    await report({ snapshot }),
    await report({ snapshot }),
    await report({ snapshot, layout: 'raid' }),
  ];
  expect(first.planID).toBe(second.planID);
  expect(raid.planID).not.toBe(first.planID);
});

test('drives that may not be used are refused with reasons and exit code 1', async () => {
  const { code, steps, refusals } = await report({ snapshot: file('gcp-n2-highmem-16-swap') });
  expect(code).toBe(1);
  expect(steps).toEqual([]);
  expect(refusals).toEqual([
    { path: '/dev/nvme0n1', reason: 'swap' },
    { path: '/dev/nvme0n2', reason: 'swap' },
  ]);
});

test('a volume group that Materialize’s tool made is the wanted layout: nothing is left to do', async () => {
  const { code, steps, candidates, refusals } = await report({
    snapshot: file('aws-r6gd.4xlarge-materialize'),
  });
  expect({ code, steps, candidates, refusals }).toEqual({
    code: 0,
    steps: [],
    candidates: ['/dev/nvme1n1'],
    refusals: [],
  });
});

test('the same group under another name than the wanted one is someone else’s', async () => {
  const { code } = await report({ snapshot: file('aws-r6gd.4xlarge-materialize'), vgName: 'other' });
  expect(code).toBe(1);
});

test('where the platform owns the drives the plan stands down and says why', async () => {
  const { code, standDown } = await report({ snapshot: file('aws-c6id.32xlarge-nodeadm'), layout: 'raid' });
  expect(code).toBe(1);
  expect(standDown).toContain('EKS nodeadm');
});

test('swap is planned of a recorded machine, with the kubelet’s file of its cloud before it', async () => {
  const { code, steps, candidates } = await report({ snapshot: file('aws-i3en.6xlarge'), layout: 'swap' });
  expect({ code, candidates }).toEqual({ code: 0, candidates: ['/dev/nvme1n1', '/dev/nvme2n1'] });
  expect(steps.map(({ command }) => command[0])).toEqual([
    ...['mkswap', 'mkswap', undefined, 'swapon', 'swapon', 'systemctl'],
  ]);
  expect(steps[2]?.name).toContain('/etc/kubernetes/kubelet/config.json');
});

test('swap that Materialize’s tool has switched on is the wanted layout: nothing is left to do', async () => {
  const { code, steps, candidates } = await report({
    snapshot: file('gcp-n2-highmem-16-swap'),
    layout: 'swap',
  });
  expect({ code, steps, candidates }).toEqual({
    code: 0,
    steps: [],
    candidates: ['/dev/nvme0n1', '/dev/nvme0n2'],
  });
});

test('raw volumes are shown as steps that run no program', async () => {
  const { code, steps, candidates } = await report({ snapshot: file('aws-i3en.6xlarge'), layout: 'block' });
  expect([code, candidates]).toEqual([0, ['/dev/nvme1n1', '/dev/nvme2n1']]);
  expect(steps.map(({ command }) => command)).toEqual([[], []]);
  expect(steps[0]?.name).toMatch(/^publish \/dev\/nvme1n1 raw, as \/dev\/disk\/by-id\/nvme-Amazon_EC2_/);
});

test('a machine without local drives is no error', async () => {
  const text = JSON.stringify({ version: 1, lsblk: { blockdevices: [] } });
  const { code, out } = await run({ cloudProvider: 'aws', output: 'json' }, text);
  expect([code, (JSON.parse(out) as PlanReport).candidates]).toEqual([0, []]);
});

test('as text the plan tells drives, steps with their commands, and refusals', async () => {
  const { out } = await run({ snapshot: file('metal-4-nvme-numa'), layout: 'raid', output: 'text' });
  expect(out).toContain('Plan ');
  expect(out).toMatch(/\/dev\/nvme2n1 +1\.7 TiB +Local +InUse +mounted on \/data in the host/);
  expect(out).toContain('1. create RAID 0 array /dev/md/nvme-');
  expect(out).toContain('     mdadm --create /dev/md/nvme-');
  expect(out).toContain('  /dev/nvme3n1: member of VG data');
});

test('options that cannot be are refused by name', async () => {
  await expect(run({ layout: 'tape' })).rejects.toThrow(OptionError);
  await expect(run({ cloudProvider: 'oracle' })).rejects.toThrow('got `oracle`');
});

test('a file that is no snapshot is refused with the place of the damage', async () => {
  await expect(run({}, 'no json')).rejects.toThrow(SnapshotError);
  await expect(run({}, '{"lsblk":{"blockdevices":[{"name":1}, {}]}}')).rejects.toThrow(
    'Expected `lsblk.blockdevices[1].name` of the snapshot to be a text, got nothing',
  );
});

test('snapshot prints one document that plan understands', async () => {
  const { snapshot } = await fixture('aws-i3en.6xlarge');
  let out = '';
  const stdout = { write: (chunk: string) => (out += chunk) };
  expect(await runSnapshot({ seed: 's' }, { host: new SnapshotHost(snapshot), stdout })).toBe(0);
  expect(readSnapshot(JSON.parse(out)).samples).toEqual(snapshot.samples);
  expect((await run({}, out)).code).toBe(0);
});
