import fc from 'fast-check';
import { expect, test } from 'vitest';
import { withDefaults } from '../../../../api/defaults.ts';
import { LAYOUT_TYPES, type LayoutType } from '../../../../api/layout.ts';
import { QuantityError } from '../../../../api/quantity.ts';
import type { Snapshot } from '../../../../api/snapshot.ts';
import { takeInventory } from '../../../../agent/inventory/classify.ts';
import { parseSnapshot } from '../../../../agent/inventory/parse-snapshot.ts';
import { SnapshotError } from '../../../../agent/inventory/snapshot-error.ts';
import type { KnownVolume } from '../../../../agent/plan/known-volume.ts';
import { planSetup } from '../../../../agent/plan/plan.ts';
import type { Planned } from '../../../../agent/plan/planned.ts';
import { kubelet } from '../../../builders/kubelet.ts';
import {
  EBS,
  machine,
  partition,
  type DriveOverrides,
  type MachineOverrides,
} from '../../../builders/machine.ts';

/** What makes a drive unsafe, as it is made; the label is independent of the code under test. */
interface Kind {
  label: 'safe' | 'unsafe';
  drive: DriveOverrides;
  /** More of the machine, for the drive with this kernel path. */
  more?: (path: string) => MachineOverrides & { volumes?: KnownVolume[] };
}

const UUID = '0f5d3c1e-7a58-4f2c-9b1d-1f2e3d4c5b6a';
const safe = (drive: DriveOverrides): Kind => ({ label: 'safe', drive });
const unsafe = (drive: DriveOverrides, more?: Kind['more']): Kind => ({
  label: 'unsafe',
  drive,
  ...(more ? { more } : {}),
});
const pv = (volume: Partial<KnownVolume>) => ({
  volumes: [{ name: 'pv-x', phase: 'Available' as const, ...volume }],
});

const KINDS: Record<string, Kind> = {
  blank: safe({}),
  blankOfOnes: safe({ sample: 255 }),
  largeSectors: safe({ size: 375 * 10 ** 9 }),
  mounted: unsafe({}, (path) => ({ mounts: { [path]: '/data' } })),
  mountedFilesystem: unsafe({ blkid: { TYPE: 'ext4', UUID } }, (path) => ({ mounts: { [path]: '/data' } })),
  partitioned: unsafe({ children: [partition('nvmeXp1')] }),
  emptyTable: unsafe({ blkid: { PTTYPE: 'dos' } }),
  ext4: unsafe({ blkid: { TYPE: 'ext4', UUID } }),
  xfs: unsafe({ blkid: { TYPE: 'xfs', UUID, LABEL: 'data' } }),
  luks: unsafe({ blkid: { TYPE: 'crypto_LUKS', UUID } }),
  zfs: unsafe({ blkid: { TYPE: 'zfs_member', LABEL: 'tank' } }),
  lvm: unsafe({ blkid: { TYPE: 'LVM2_member', UUID: 'abc' } }),
  lvmInGroup: unsafe({ blkid: { TYPE: 'LVM2_member', UUID: 'abc' } }, (path) => ({
    snapshot: { pvs: [{ pv_name: path, vg_name: 'theirs' }], vgs: [{ vg_name: 'theirs', vg_tags: '' }] },
  })),
  lvmAlone: unsafe({}, (path) => ({ snapshot: { pvs: [{ pv_name: path, vg_name: '' }] } })),
  hiddenPartitionMounted: unsafe({}, (path) => ({ mounts: { [`${path}p1`]: '/data' } })),
  hiddenPartitionSwap: unsafe({}, (path) => ({ swaps: [`${path}p2`] })),
  hiddenPartitionLvm: unsafe({}, (path) => ({ snapshot: { pvs: [{ pv_name: `${path}p3`, vg_name: 'x' }] } })),
  md: unsafe({ blkid: { TYPE: 'linux_raid_member', UUID } }),
  ambivalent: unsafe({ blkid: { TYPE: 'ambivalent' } }),
  nameless: unsafe({ blkid: { USAGE: 'raid' } }),
  swapSignature: unsafe({ blkid: { TYPE: 'swap' } }),
  swapActive: unsafe({}, (path) => ({ swaps: [path] })),
  held: unsafe({ holders: ['dm-4'] }),
  heldByChild: unsafe({
    children: [{ name: 'crypt', kname: 'dm-7', path: '/dev/mapper/crypt', type: 'crypt' }],
  }),
  readOnly: unsafe({ readOnly: true }),
  noSize: unsafe({ size: 0 }),
  written: unsafe({ sample: null }),
  remote: unsafe({ model: EBS, serial: 'vol0a1b2c3d4e5f60718' }),
  remoteBySerial: unsafe({ serial: 'vol0a1b2c3d4e5f60719' }),
  fabric: unsafe({ transport: 'tcp' }),
  otherModel: unsafe({ model: 'Amazon EC2 NVMe Instance Storage Pro' }),
  unreadSamples: unsafe({}, (path) => ({ snapshot: { errors: { [`samples:${path}`]: 'EIO' } } })),
  unreadBlkid: unsafe({}, (path) => ({ snapshot: { errors: { [`blkid:${path}`]: 'timed out' } } })),
  named: unsafe({}, (path) => pv({ path })),
  namedInside: unsafe({ blkid: { TYPE: 'ext4', UUID } }, (path) => ({
    mounts: { [path]: '/m' },
    ...pv({ path: '/m/a' }),
  })),
};

const SUPPORTED: readonly LayoutType[] = ['Filesystem', 'RAID', 'LVM', 'Swap', 'Block'];

interface Made {
  snapshot: Snapshot;
  volumes: KnownVolume[];
  labels: Record<string, Kind['label']>;
}

const machines: fc.Arbitrary<Made> = fc
  .array(fc.constantFrom(...Object.keys(KINDS), 'blank', 'blank', 'blank'), { minLength: 1, maxLength: 6 })
  .map(make);

function make(kinds: string[]): Made {
  const parts = kinds.map((kind, index) => {
    const name = `nvme${index + 1}n1`;
    const { label, drive, more } = KINDS[kind] ?? safe({});
    const children = drive.children?.map((child) => ({ ...child, name: child.name.replace('nvmeX', name) }));
    return {
      name,
      label,
      drive: { ...drive, ...(children ? { children } : {}) },
      more: more?.(`/dev/${name}`) ?? {},
    };
  });
  const snapshot = machine({
    drives: Object.fromEntries(parts.map(({ name, drive }) => [name, drive])),
    mounts: Object.assign({}, ...parts.map(({ more }) => more.mounts ?? {})) as Record<string, string>,
    swaps: parts.flatMap(({ more }) => more.swaps ?? []),
    snapshot: {
      errors: Object.assign({}, ...parts.map(({ more }) => more.snapshot?.errors ?? {})) as Record<
        string,
        string
      >,
      pvs: parts.flatMap(({ more }) => more.snapshot?.pvs ?? []),
      vgs: parts.flatMap(({ more }) => more.snapshot?.vgs ?? []),
      kubelet: kubelet(),
    },
  });
  const labels = Object.fromEntries(parts.map(({ name, label }) => [name, label]));
  return { snapshot, labels, volumes: parts.flatMap(({ more }) => more.volumes ?? []) };
}

function plan(
  { snapshot, volumes }: Pick<Made, 'snapshot' | 'volumes'>,
  type: LayoutType,
  existingData: string,
): Planned {
  const spec = withDefaults({ provider: 'aws', layout: { type }, existingData: existingData as 'Refuse' });
  const { provider, drives } = spec;
  return planSetup(takeInventory(snapshot, { provider, drives, strict: true, volumes }), {
    spec,
    nodeUID: 'u',
  });
}

/** Everything a step says, with by-id links told as kernel paths. */
function stepsText({ steps, plan: { steps: shown } }: Planned, { byId = {} }: Snapshot): string {
  return Object.entries(byId).reduce(
    (text, [link, path]) => text.replaceAll(`/dev/disk/by-id/${link}"`, `${path}"`),
    JSON.stringify([steps, shown]),
  );
}

const mentions = (text: string, name: string): boolean => new RegExp(`/dev/${name}(?!\\d)`).test(text);

test('no unsafe drive is ever in a step, and every safe one is unless something spans it', () => {
  let complete = 0;
  let runs = 0;
  fc.assert(
    fc.property(
      machines,
      fc.constantFrom(...LAYOUT_TYPES),
      fc.constantFrom('Refuse', 'Adopt', 'Wipe'),
      (made, type, existingData) => {
        const planned = plan(made, type, existingData);
        const text = stepsText(planned, made.snapshot);
        const names = Object.keys(made.labels);
        for (const name of names) {
          if (made.labels[name] === 'unsafe') expect(mentions(text, name)).toBe(false);
        }
        expect(mentions(text, 'nvme0n1')).toBe(false);
        const missed = names.filter((name) => made.labels[name] === 'safe' && !mentions(text, name));
        if (type === 'Filesystem' || type === 'Swap') expect(missed).toEqual([]);
        if (!SUPPORTED.includes(type)) return;
        runs += 1;
        if (missed.length === 0) complete += 1;
      },
    ),
    { numRuns: 400 },
  );
  expect(complete / runs).toBeGreaterThan(0.3);
});

test('a Free drive beside unsafe ones is set up', () => {
  for (const [kind, { label }] of Object.entries(KINDS)) {
    const made = make([kind, 'blank']);
    const text = stepsText(plan(made, 'Filesystem', 'Refuse'), made.snapshot);
    expect([kind, mentions(text, 'nvme1n1'), mentions(text, 'nvme2n1')]).toEqual([
      kind,
      label === 'safe',
      true,
    ]);
  }
});

test('every refused drive says why', () => {
  fc.assert(
    fc.property(machines, fc.constantFrom(...LAYOUT_TYPES), (made, type) => {
      const { refusals, candidates, drives } = plan(made, type, 'Refuse').plan;
      for (const { reason } of refusals) expect(reason).toMatch(/\w/);
      const local = drives.filter(({ role }) => role === 'Local').map(({ path }) => path);
      const told = [...candidates, ...refusals.map(({ path }) => path)];
      expect(local.filter((path) => !told.includes(path))).toEqual([]);
    }),
  );
});

/** Replaces or removes one value anywhere in a document. */
function damage(value: unknown, picks: number[], junk: unknown): unknown {
  if (typeof value !== 'object' || value === null) return junk;
  const keys = Object.keys(value);
  const [pick = 0, ...rest] = picks;
  const key = keys[pick % Math.max(1, keys.length)];
  if (key === undefined) return junk;
  const changed = rest.length === 0 ? junk : damage((value as Record<string, unknown>)[key], rest, junk);
  return Array.isArray(value)
    ? value.map((item: unknown, index) => (String(index) === key ? changed : item))
    : { ...value, [key]: changed };
}

const junk = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom(undefined, null, '', 'constructor', '__proto__', '/', -1, 1e400, [], {}, [[]], [null]),
);

test('a damaged snapshot gives a plan or a typed error, never another one', () => {
  fc.assert(
    fc.property(
      machines,
      fc.array(fc.nat({ max: 40 }), { minLength: 1, maxLength: 7 }),
      junk,
      fc.constantFrom(...LAYOUT_TYPES),
      (made, picks, value, type) => {
        const text = JSON.stringify(damage(made.snapshot, picks, value));
        try {
          plan({ ...made, snapshot: parseSnapshot(text) }, type, 'Refuse');
        } catch (error) {
          if (!(error instanceof SnapshotError) && !(error instanceof QuantityError)) throw error;
        }
      },
    ),
    { numRuns: 500 },
  );
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
