import { expect, test } from 'vitest';
import { applySteps } from '../../../../agent/apply/apply.ts';
import { stepWaits } from '../../../../agent/apply/step-waits.ts';
import { lvmNotation } from '../../../../agent/plan/identity.ts';
import type { MkfsStep, Step } from '../../../../agent/plan/step.ts';
import { createLogger } from '../../../../logging/logger.ts';
import { machine } from '../../../builders/machine.ts';
import { SteppedClock } from '../../../fakes/clock.ts';
import { FakeHost } from '../../../fakes/host.ts';

const OURS = '5b8f0c52-0b52-5d10-9a5c-2d6f0e7a1c11';
const THEIRS = '00000000-0000-4000-8000-000000000000';

const stop: Step = { kind: 'md-stop', name: 'stop', device: '/dev/md127', uuid: OURS };
const wipe: Step = {
  ...{ kind: 'wipe-signatures', name: 'wipe', device: '/dev/nvme1n1' },
  ...{ carries: { TYPE: 'xfs', UUID: OURS }, begins: [] },
};
const mkfs = (device: string, uuid: string): MkfsStep => ({
  kind: 'mkfs',
  name: 'mkfs',
  device,
  fsType: 'xfs',
  uuid,
  replaces: [],
});
const mount = (device: string, uuid: string): Step => ({
  ...{ kind: 'mount', name: 'mount', device, fsType: 'xfs', uuid },
  ...{ path: `/pv-disks/${uuid}`, options: ['noatime'] },
});
const assemble: Step = {
  ...{ kind: 'md-assemble', name: 'assemble', arrayName: 'nvme-5b8f0c52', uuid: OURS },
  devices: ['/dev/nvme1n1'],
};

/** A machine with an array `md127` over one drive. */
const withArray = (uuid: string) =>
  machine({
    drives: { nvme1n1: { children: [{ name: 'md127', kname: 'md127', path: '/dev/md127', type: 'raid0' }] } },
    snapshot: { md: { '/dev/md127': { MD_UUID: uuid } } },
  });

async function apply(host: FakeHost, steps: Step[]): Promise<string[]> {
  const clock = new SteppedClock();
  const logger = createLogger(() => undefined, clock);
  const { signal } = new AbortController();
  await applySteps(steps, { host, clock, logger, signal, planID: 'p', verify: () => Promise.resolve('p') });
  return host.programs.filter((line) => line.startsWith('!'));
}

test('stops an array of ours, and no other that took its number', async () => {
  const written = await apply(new FakeHost(withArray(OURS), [stop]), [stop]);
  expect(written).toEqual(['!mdadm --stop /dev/md127']);
  await expect(apply(new FakeHost(withArray(THEIRS), [stop]), [stop])).rejects.toThrow(/expected our array/);
});

test('an array that is gone needs no stop', async () => {
  expect(await apply(new FakeHost(machine({ drives: { nvme1n1: {} } }), [stop]), [stop])).toEqual([]);
});

test('an array that udev has assembled meanwhile is left running', async () => {
  expect(await apply(new FakeHost(withArray(OURS), [assemble]), [assemble])).toEqual([]);
});

test('wipes the signature that was planned, and no other', async () => {
  const carrying = (uuid: string) => machine({ drives: { nvme1n1: { blkid: { TYPE: 'xfs', UUID: uuid } } } });
  const written = await apply(new FakeHost(carrying(OURS), [wipe]), [wipe]);
  expect(written).toEqual(['!wipefs --all --quiet /dev/nvme1n1']);
  await expect(apply(new FakeHost(carrying(THEIRS), [wipe]), [wipe])).rejects.toThrow(/must not replace/);
  await expect(apply(new FakeHost(carrying('ABCD-1234'), [wipe]), [wipe])).rejects.toThrow(
    /must not replace/,
  );
});

const raw: Step = {
  ...{ kind: 'make-raw', name: 'discard', device: '/dev/nvme1n1', uuid: OURS, bytes: 2 ** 30 },
};

test.each([wipe, raw])('does not $name a drive that somebody reads, whose backup it may be', async (step) => {
  const carries = step.kind === 'wipe-signatures' ? { blkid: { TYPE: 'xfs', UUID: OURS } } : {};
  const host = new FakeHost(machine({ drives: { nvme1n1: carries } }), [step]);
  host.openers.set('/dev/nvme1n1', ['dd if=/dev/nvme1n1 (PID 7)']);
  host.writersOf = () => Promise.resolve([]);
  await expect(apply(host, [step])).rejects.toThrow('it is open in dd if=/dev/nvme1n1 (PID 7)');
  expect(host.changes).toBe(0);
});

test.each([
  ['another UUID', { TYPE: 'xfs', UUID: THEIRS }],
  ['another type', { TYPE: 'ext4', UUID: OURS }],
])('never mounts a filesystem with %s', async (_, blkid) => {
  const step = mount('/dev/nvme1n1', OURS);
  const host = new FakeHost(machine({ drives: { nvme1n1: { blkid } } }), [step]);
  await expect(apply(host, [step])).rejects.toThrow(/expected our xfs/);
});

test('encrypts a drive only behind our mark', async () => {
  const open: Step = {
    ...{ kind: 'crypt-open', name: 'encrypt', device: '/dev/nvme1n1', mapping: 'nvme-swap-1' },
    ...{ uuid: OURS, sectorSize: 512 as const },
  };
  for (const blkid of [{}, { TYPE: 'swap', UUID: THEIRS }]) {
    const host = new FakeHost(machine({ drives: { nvme1n1: { blkid } } }), [open]);
    await expect(apply(host, [open])).rejects.toThrow(/does not carry our mark/);
  }
});

test('mkfs overwrites what it was planned to replace, and nothing else', async () => {
  const half = machine({ drives: { nvme1n1: { blkid: { TYPE: 'LVM2_member', UUID: lvmNotation(OURS) } } } });
  const own = mkfs('/dev/nvme1n1', 'd34db33f-0000-5000-8000-000000000000');
  const planned: Step = { ...own, replaces: [lvmNotation(OURS)] };
  expect(await apply(new FakeHost(half, [planned]), [planned])).toHaveLength(1);
  await expect(apply(new FakeHost(half, [own]), [own])).rejects.toThrow(
    /carries LVM2_member .* must not replace/,
  );
});

test('a volume group is made of physical volumes only', async () => {
  const step: Step = {
    kind: 'vg-create',
    name: 'group',
    vgName: 'data',
    tag: 't',
    devices: ['/dev/nvme1n1'],
  };
  const host = new FakeHost(machine({ drives: { nvme1n1: { blkid: { TYPE: 'xfs', UUID: OURS } } } }), [step]);
  await expect(apply(host, [step])).rejects.toThrow(/no physical volume/);
});

test('a drive without a signature needs no wipe', async () => {
  expect(await apply(new FakeHost(machine({ drives: { nvme1n1: {} } }), [wipe]), [wipe])).toEqual([]);
});

test('never mounts a device that lost our filesystem', async () => {
  const step = mount('/dev/nvme1n1', OURS);
  const host = new FakeHost(machine({ drives: { nvme1n1: {} } }), [step]);
  await expect(apply(host, [step])).rejects.toThrow(/expected our xfs/);
});

test('an array path that does not appear is an error after half a minute', async () => {
  const host = new FakeHost(withArray(OURS), [assemble]);
  host.exists = () => Promise.resolve(false);
  const clock = new SteppedClock();
  const logger = createLogger(() => undefined, clock);
  const { signal } = new AbortController();
  const verify = () => Promise.resolve('p');
  const work = applySteps([assemble], { host, clock, logger, signal, planID: 'p', verify });
  const failed = expect(work).rejects.toThrow('/dev/md/nvme-5b8f0c52 did not appear within 30 s');
  await clock.untilSleeping();
  await clock.advance(31_000);
  await failed;
});

test('steps wait for those that touch the same thing, and for every stopped array', () => {
  const steps = [
    stop,
    wipe,
    mkfs('/dev/a', 'a'),
    mkfs('/dev/b', 'b'),
    mount('/dev/a', 'a'),
    mount('/dev/b', 'b'),
  ];
  expect(stepWaits(steps)).toEqual([[], [0], [0], [0], [0, 2], [0, 3]]);
});
