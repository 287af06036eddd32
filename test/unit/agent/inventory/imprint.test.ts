import { expect, test } from 'vitest';
import { withDefaults } from '../../../../api/defaults.ts';
import type { Snapshot } from '../../../../api/snapshot.ts';
import { takeInventory } from '../../../../agent/inventory/classify.ts';
import { machine, partition, type DriveOverrides } from '../../../builders/machine.ts';

const GPT = { PTTYPE: 'gpt', PTUUID: '0f5d3c1e-7a58-4f2c-9b1d-1f2e3d4c5b6a' };
const base: DriveOverrides = { sample: null };

function prints(drive: DriveOverrides, more: Partial<Snapshot> = {}, mounts: Record<string, string> = {}) {
  const snapshot = machine({ drives: { nvme1n1: drive }, snapshot: more, mounts });
  const { drives } = withDefaults();
  const inventory = takeInventory(snapshot, { provider: 'aws', drives, strict: true, volumes: [] });
  const found = inventory.drives.find(({ path }) => path === '/dev/nvme1n1');
  return { imprint: found?.imprint, fingerprint: found?.fingerprint };
}

const split = (more: object = {}): DriveOverrides => ({
  blkid: GPT,
  children: [partition('nvme1n1p1', more)],
});
const sampled = (sample: { constant: number | null; mark?: string }) => ({
  samples: { '/dev/nvme1n1': sample },
});

const WRITTEN: [string, DriveOverrides, Partial<Snapshot>?][] = [
  ['another drive in its place', { ...base, serial: 'AWSOTHER' }],
  [
    'another model in its place',
    { ...base, links: ['nvme-x'], row: { model: 'Amazon EC2 NVMe Instance Storage' } },
  ],
  ['another size', { ...base, size: 2 ** 40 }],
  ['blocks that are one constant byte', { sample: 0 }],
  ['blocks that are another constant byte', { sample: 255 }],
  ['a mark of a reset', base, sampled({ constant: null, mark: 'a' })],
  ['another mark', base, sampled({ constant: null, mark: 'b' })],
  ['a filesystem', { blkid: { TYPE: 'ext4', UUID: 'a' } }],
  ['another filesystem', { blkid: { TYPE: 'ext4', UUID: 'b' } }],
  ['a label', { blkid: { TYPE: 'ext4', UUID: 'b', LABEL: 'mysql' } }],
  ['a partition table', { blkid: GPT }],
  ['a partition', split()],
  ['a partition of another size', split({ size: 7 })],
  ['a partition with a filesystem', split({ fstype: 'xfs', uuid: 'c' })],
  ['a partition with another filesystem', split({ fstype: 'xfs', uuid: 'd' })],
  ['a partition with a label', split({ fstype: 'xfs', uuid: 'd', label: 'data' })],
];

test.each(['imprint', 'fingerprint'] as const)(
  'the %s differs with whatever is written on a drive',
  (kind) => {
    const found = new Map([['as it was', prints(base)[kind]]]);
    for (const [what, drive, more] of WRITTEN) found.set(what, prints(drive, more)[kind]);
    expect(found.size).toBe(WRITTEN.length + 1);
    expect(new Set(found.values()).size).toBe(found.size);
  },
);

test('the imprint differs with what was put into a filesystem', () => {
  const ext4 = { blkid: { TYPE: 'ext4', UUID: 'a' } };
  const holding = (names: string[]) => prints(ext4, { entries: { '/dev/nvme1n1': names } }).imprint;
  expect(new Set([holding([]), holding(['a']), holding(['a', 'b']), prints(ext4).imprint]).size).toBe(4);
  expect(holding(['b', 'a'])).toBe(holding(['a', 'b']));
});

test('the imprint is the same however the drive is mounted or held; the fingerprint is not', () => {
  const ext4 = { blkid: { TYPE: 'ext4', UUID: 'a' } };
  const asIs = prints(ext4);
  for (const used of [
    prints(ext4, {}, { '/dev/nvme1n1': '/data' }),
    prints({ ...ext4, holders: ['dm-1'] }),
  ]) {
    expect(used.imprint).toBe(asIs.imprint);
    expect(used.fingerprint).not.toBe(asIs.fingerprint);
  }
});
