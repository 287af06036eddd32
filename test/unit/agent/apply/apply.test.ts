import { expect, test } from 'vitest';
import { withDefaults } from '../../../../api/defaults.ts';
import type { Layout } from '../../../../api/layout.ts';
import type { PartialDeep } from '../../../../api/profile.ts';
import type { Snapshot } from '../../../../api/snapshot.ts';
import { applySteps, type ApplyOptions, type StepProgress } from '../../../../agent/apply/apply.ts';
import { CommandError } from '../../../../agent/host/host.ts';
import { takeInventory } from '../../../../agent/inventory/classify.ts';
import { planSetup } from '../../../../agent/plan/plan.ts';
import type { Planned } from '../../../../agent/plan/planned.ts';
import { createLogger } from '../../../../logging/logger.ts';
import { machine } from '../../../builders/machine.ts';
import { SteppedClock } from '../../../fakes/clock.ts';
import { FakeHost, KilledError, type Kill } from '../../../fakes/host.ts';

const FILESYSTEM = { type: 'Filesystem' } as const;
const RAID = { type: 'RAID', raid: { level: 0 } } as const;
const LVM = { type: 'LVM', lvm: { vgName: 'data', slices: 2 } } as const;

const blank = (): Snapshot => machine({ drives: { nvme1n1: {}, nvme2n1: {} } });

function plan(snapshot: Snapshot, layout: PartialDeep<Layout>): Planned {
  const spec = withDefaults({ provider: 'aws', layout });
  const { provider, drives } = spec;
  const inventory = takeInventory(snapshot, { provider, drives, strict: true, volumes: [] });
  return planSetup(inventory, { spec, nodeUID: 'uid-1' });
}

/** Applies what is planned on the host now. */
async function apply(host: FakeHost, { plan: { id }, steps }: Planned, more: Partial<ApplyOptions> = {}) {
  const clock = new SteppedClock();
  const logger = createLogger(() => undefined, clock);
  const signal = new AbortController().signal;
  const verify = () => Promise.resolve(id);
  await applySteps(steps, { host, clock, logger, signal, planID: id, verify, ...more });
}

/** A host with the planned machine. */
function prepared(layout: PartialDeep<Layout>, snapshot = blank(), kill?: Kill) {
  const planned = plan(snapshot, layout);
  return { planned, host: new FakeHost(snapshot, planned.steps, kill) };
}

const rejection = (work: Promise<unknown>): Promise<unknown> => work.catch((error: unknown) => error);

/** Plans and applies on new agents until nothing is left to do. */
async function settle(snapshot: Snapshot, layout: PartialDeep<Layout>): Promise<Planned> {
  let now = snapshot;
  for (let round = 0; round < 4; round += 1) {
    const { planned, host } = prepared(layout, now);
    if (planned.steps.length === 0) return planned;
    await apply(host, planned);
    now = host.snapshot;
  }
  throw new Error(
    `not at rest: ${plan(now, layout)
      .steps.map(({ name }) => name)
      .join('; ')}`,
  );
}

const identities = ({ volumes }: Planned): string[] => volumes.map(({ identity }) => identity).sort();

test.each([FILESYSTEM, RAID, LVM])('$type: nothing is left to do after one application', async (layout) => {
  const { planned, host } = prepared(layout);
  await apply(host, planned);
  expect(plan(host.snapshot, layout).steps).toEqual([]);
  expect(host.snapshot.begun).toEqual([]);
});

const kills = (['before', 'middle', 'after'] as const).flatMap((when) =>
  [FILESYSTEM, RAID, LVM].map((layout) => ({ when, layout, type: layout.type })),
);

test.each(kills)(
  '$type: killed $when any change, the next agent ends as if nothing had been',
  async (kill) => {
    const whole = prepared(kill.layout);
    await apply(whole.host, whole.planned);
    for (let at = 0; at < whole.host.changes; at += 1) {
      const { planned, host } = prepared(kill.layout, blank(), { at, when: kill.when });
      expect(await rejection(apply(host, planned))).toBeInstanceOf(KilledError);
      const last = await settle(host.snapshot, kill.layout);
      expect(last.plan.refusals).toEqual([]);
      expect(identities(last)).toEqual(identities(planned));
    }
  },
);

test('what is being made is on record exactly while its program runs', async () => {
  const { planned, host } = prepared(FILESYSTEM, machine({ drives: { nvme1n1: {} } }));
  const seen: [string, number][] = [];
  host.onWrite = (line) => void seen.push([line.split(' ')[0] ?? '', host.snapshot.begun?.length ?? 0]);
  await apply(host, planned);
  expect(seen).toEqual([
    [expect.stringMatching(/^mkfs/), 1],
    ['mount', 0],
    ['mkdir', 0],
  ]);
});

test('a failed program leaves its record, so that what it left counts as half-made', async () => {
  const { planned, host } = prepared(FILESYSTEM, machine({ drives: { nvme1n1: {} } }));
  host.failures.set(
    'mkfs',
    new CommandError(['mkfs'], { exitCode: 1, stderr: 'I/O error', timedOut: false }),
  );
  await expect(apply(host, planned)).rejects.toThrow('I/O error');
  expect(host.snapshot.begun).toHaveLength(1);
});

test.each([FILESYSTEM, RAID, LVM])('$type: a drive that got busy is not written to', async (layout) => {
  const { planned, host } = prepared(layout);
  host.busy.add('/dev/nvme1n1');
  const refused = await rejection(apply(host, planned));
  expect(refused).toMatchObject({ name: 'RefusedError', reason: expect.stringContaining('EBUSY') as string });
  expect(host.programs.filter((line) => line.startsWith('!') && line.includes('NVME1N1'))).toEqual([]);
});

test.each([FILESYSTEM, RAID, LVM])(
  '$type: a blank drive that somebody has open for writing is not written to',
  async (layout) => {
    const { planned, host } = prepared(layout);
    host.openers.set('/dev/nvme1n1', ['qemu-system-x86 (PID 7)']);
    const refused = await rejection(apply(host, planned));
    expect(refused).toMatchObject({
      name: 'RefusedError',
      reason: expect.stringContaining('open for writing in qemu-system-x86 (PID 7)') as string,
    });
    expect(host.programs.filter((line) => line.startsWith('!') && line.includes('NVME1N1'))).toEqual([]);
  },
);

test('a drive that somebody has open does not hold up the others', async () => {
  const { planned, host } = prepared(FILESYSTEM);
  host.openers.set('/dev/nvme1n1', ['qemu-system-x86 (PID 7)']);
  await expect(apply(host, planned)).rejects.toThrow('PID 7');
  expect(host.snapshot.blkid?.['/dev/nvme2n1']).toMatchObject({ TYPE: 'ext4' });
});

test('writes nothing when nobody can tell who has the drives open', async () => {
  const { planned, host } = prepared(FILESYSTEM);
  host.writersOf = () => Promise.reject(new Error('EACCES: /proc/7/fd'));
  await expect(apply(host, planned)).rejects.toThrow('EACCES');
  expect(host.changes).toBe(0);
});

test('tells of the drive that is in use rather than of the program that failed on another', async () => {
  const { planned, host } = prepared(FILESYSTEM);
  const [first] = planned.steps.flatMap((step) => (step.kind === 'mkfs' ? [step] : []));
  host.failures.set(
    `mkfs.ext4 -q -F -b 4096 -m 0 -U ${first?.uuid ?? ''}`,
    new CommandError(['mkfs.ext4'], { exitCode: 1, stderr: 'I/O error', timedOut: false }),
  );
  host.busy.add('/dev/nvme2n1');
  expect(await rejection(apply(host, planned))).toMatchObject({ name: 'RefusedError' });
});

test.each([FILESYSTEM, RAID, LVM])(
  '$type: a drive that got someone’s data is not written to',
  async (layout) => {
    const { planned, host } = prepared(layout);
    host.snapshot.blkid = { ...host.snapshot.blkid, '/dev/nvme1n1': { TYPE: 'ext4', UUID: 'theirs' } };
    const refused = await rejection(apply(host, planned));
    expect(refused).toMatchObject({
      name: 'RefusedError',
      reason: expect.stringContaining('ext4') as string,
    });
    expect(host.programs.filter((line) => line.startsWith('!') && line.includes('NVME1N1'))).toEqual([]);
  },
);

test('a drive whose content cannot be read is not written to', async () => {
  const { planned, host } = prepared(FILESYSTEM, machine({ drives: { nvme1n1: {} } }));
  host.failures.set(
    'blkid',
    new CommandError(['blkid'], { exitCode: 2, stderr: 'I/O error', timedOut: false }),
  );
  expect(await rejection(apply(host, planned))).toMatchObject({ name: 'RefusedError' });
  expect(host.changes).toBe(0);
});

test('a failure on one drive does not hold up the others', async () => {
  const { planned, host } = prepared(FILESYSTEM);
  host.busy.add('/dev/nvme1n1');
  expect(await rejection(apply(host, planned))).toMatchObject({ name: 'RefusedError' });
  const left = plan(host.snapshot, FILESYSTEM);
  expect(left.steps.map(({ name }) => name).join()).not.toContain('nvme2n1');
});

test('drives are formatted at the same time', async () => {
  const { planned, host } = prepared(FILESYSTEM);
  const both = Promise.withResolvers<undefined>();
  let running = 0;
  host.onWrite = (line) => {
    if (!line.startsWith('mkfs')) return;
    running += 1;
    if (running === 2) both.resolve(undefined);
    return both.promise;
  };
  await apply(host, planned);
  expect(running).toBe(2);
});

test('writes nothing when the plan is another one once the lock is taken', async () => {
  const { planned, host } = prepared(FILESYSTEM);
  const refused = await rejection(apply(host, planned, { verify: () => Promise.resolve('other') }));
  expect(refused).toMatchObject({ name: 'PlanChangedError', planned: planned.plan.id, found: 'other' });
  expect(host.changes).toBe(0);
});

test('writes nothing when the record of what was begun is damaged', async () => {
  const { planned, host } = prepared(FILESYSTEM);
  const damaged = new FakeHost({ ...host.snapshot, begun: [1] as unknown as string[] }, planned.steps);
  await expect(apply(damaged, planned)).rejects.toThrow(TypeError);
  expect(damaged.changes).toBe(0);
});

test('begins no step after it was told to stop, and lets the running one end', async () => {
  const { planned, host } = prepared(FILESYSTEM, machine({ drives: { nvme1n1: {} } }));
  const abort = new AbortController();
  host.onWrite = () => abort.abort(new Error('stopping'));
  await expect(apply(host, planned, { signal: abort.signal })).rejects.toThrow('stopping');
  expect(plan(host.snapshot, FILESYSTEM).steps.map(({ kind }) => kind)).toEqual([
    'mount',
    'make-data-directory',
  ]);
  expect(host.snapshot.begun).toEqual([]);
});

test('tells each step as it begins, and goes on when it cannot be told', async () => {
  const { planned, host } = prepared(RAID);
  const told: StepProgress[] = [];
  const onProgress = (progress: StepProgress) => {
    told.push(progress);
    return Promise.reject(new Error('no API server'));
  };
  await apply(host, planned, { onProgress });
  expect(told).toEqual(planned.steps.map(({ name }, index) => ({ step: index + 1, of: 4, name })));
});

test('does not wait for a cluster that takes its time, which hears of the first step and the latest', async () => {
  const { planned, host } = prepared(RAID);
  const told: number[] = [];
  const slow = Promise.withResolvers<undefined>();
  const ended = Promise.withResolvers<undefined>();
  const onProgress = async ({ step }: StepProgress): Promise<void> => {
    told.push(step);
    if (step === 2) await slow.promise;
  };
  host.onWrite = () => {
    if (host.programs.some((line) => line.startsWith('!mkdir'))) ended.resolve(undefined);
  };
  const applied = apply(host, planned, { onProgress });
  await ended.promise;
  expect(told).toEqual([1, 2]);
  slow.resolve(undefined);
  await applied;
  expect(told).toEqual([1, 2, 4]);
});

test('the data directory is never made on the disk below a missing mount', async () => {
  const { planned, host } = prepared(FILESYSTEM, machine({ drives: { nvme1n1: {} } }));
  const only = { ...planned, steps: planned.steps.filter(({ kind }) => kind === 'make-data-directory') };
  expect(await rejection(apply(host, only))).toMatchObject({
    name: 'RefusedError',
    reason: expect.stringContaining('not mounted') as string,
  });
  expect(host.changes).toBe(0);
});

test('a mount that the host does not see is an error with its way out', async () => {
  const { planned, host } = prepared(FILESYSTEM, machine({ drives: { nvme1n1: {} } }));
  const before = host.snapshot.mountinfo ?? '';
  host.hostMountinfo = () => Promise.resolve(before);
  await expect(apply(host, planned)).rejects.toThrow('mountPropagation: Bidirectional');
  expect(host.programs.some((line) => line.startsWith('!mkdir'))).toBe(false);
});

test('what somebody mounted on our mount point is left alone', async () => {
  const { planned, host } = prepared(FILESYSTEM, machine({ drives: { nvme1n1: {}, nvme2n1: {} } }));
  const [volume] = planned.volumes;
  const path = volume?.mode === 'Filesystem' ? volume.mountPath : '';
  host.snapshot.mountinfo = `${host.snapshot.mountinfo ?? ''}77 1 8:1 / ${path} rw - ext4 /dev/sdz rw\n`;
  expect(await rejection(apply(host, planned))).toMatchObject({ name: 'RefusedError', device: path });
});
