import { describe, expect, it, test } from 'vitest';
import type { Snapshot } from '../../../../api/snapshot.ts';
import { applySteps } from '../../../../agent/apply/apply.ts';
import type { Planned } from '../../../../agent/plan/planned.ts';
import type { Step } from '../../../../agent/plan/step.ts';
import { createLogger } from '../../../../logging/logger.ts';
import { A, B, controller, planFor, spdkMachine, spdkSpec } from '../../../builders/spdk-machine.ts';
import { SteppedClock } from '../../../fakes/clock.ts';
import { FakeHost, KilledError, type Kill } from '../../../fakes/host.ts';
import { PciModel } from '../../../fakes/pci-model.ts';

async function apply(host: FakeHost, steps: readonly Step[]): Promise<void> {
  const clock = new SteppedClock();
  const logger = createLogger(() => undefined, clock);
  const { signal } = new AbortController();
  const verify = () => Promise.resolve('id');
  await applySteps(steps, { host, clock, logger, signal, planID: 'id', verify });
}

const hostOf = (snapshot: Snapshot, more: { kill?: Kill; pci?: PciModel } = {}): FakeHost =>
  new FakeHost(snapshot, [], more.kill, more.pci);

const attributes = (host: FakeHost): string[] => host.programs.filter((line) => line.startsWith('!/sys'));
const drivers = (host: FakeHost) => host.snapshot.pci?.map(({ driver }) => driver);
const totals = (host: FakeHost) => host.snapshot.hugepages?.map(({ total }) => total);
const rejection = (work: Promise<unknown>): Promise<unknown> => work.catch((error: unknown) => error);

/** Plans and applies on new agents until nothing is left to do. */
async function settle(start: FakeHost): Promise<{ host: FakeHost; last: Planned }> {
  let host = start;
  for (let round = 0; round < 4; round += 1) {
    const last = planFor(host.snapshot);
    if (last.steps.length === 0) return { host, last };
    host = hostOf(host.snapshot, { pci: host.pci });
    await apply(host, last.steps);
  }
  throw new Error(
    `not at rest: ${planFor(host.snapshot)
      .steps.map(({ name }) => name)
      .join('; ')}`,
  );
}

const done = { drivers: ['uio_pci_generic', 'uio_pci_generic'], totals: [74, 64, 0] };

test('after one application nothing is left to do, and SPDK has the drives and pages', async () => {
  const { host, last } = await settle(hostOf(spdkMachine()));
  expect({ drivers: drivers(host), totals: totals(host) }).toEqual(done);
  expect(last.plan.candidates).toEqual([A, B]);
  expect(host.snapshot.spdk?.controllers.map(({ state }) => state)).toEqual(['bound', 'bound']);
});

test.each(['before', 'middle', 'after'] as const)(
  'killed %s any change, the next agent ends as if nothing had been',
  async (when) => {
    const whole = hostOf(spdkMachine());
    await apply(whole, planFor(whole.snapshot).steps);
    expect(whole.changes).toBeGreaterThan(12);
    for (let at = 0; at < whole.changes; at += 1) {
      const host = hostOf(spdkMachine(), { kill: { at, when } });
      expect(await rejection(apply(host, planFor(host.snapshot).steps))).toBeInstanceOf(KilledError);
      const { host: ended, last } = await settle(host);
      expect({ drivers: drivers(ended), totals: totals(ended) }).toEqual(done);
      expect(last.plan.refusals).toEqual([]);
    }
  },
);

test('after a reboot drives that SPDK has written to are bound again under the same record', async () => {
  const { host } = await settle(hostOf(spdkMachine()));
  const rebooted = host.pci.rebooted(host.snapshot, 'next-boot');
  const samples = { '/dev/nvme1n1': { constant: null }, '/dev/nvme2n1': { constant: null } };
  const { host: again, last } = await settle(hostOf({ ...rebooted, samples }, { pci: host.pci }));
  expect(drivers(again)).toEqual(done.drivers);
  expect(totals(again)).toEqual([64, 64, 0]);
  expect(last.plan.refusals).toEqual([]);
});

test('the record is durable before the kernel lets go of a drive', async () => {
  const host = hostOf(spdkMachine());
  const seen: unknown[] = [];
  host.onWrite = (path) => {
    if (path.endsWith('/unbind')) seen.push(host.snapshot.spdk?.controllers.at(-1)?.state);
  };
  await apply(host, planFor(host.snapshot).steps);
  expect(seen).toEqual(['begun', 'begun']);
});

describe('right before a drive is unbound', () => {
  const first = () => {
    const snapshot = spdkMachine({ nvme1n1: { address: A } }, { snapshot: { pci: [controller(A)] } });
    const { steps } = planFor(snapshot, spdkSpec({ hugepages: { perNUMANode: 0 } }));
    return { host: hostOf(snapshot), steps };
  };

  const surprises: [string, (host: FakeHost) => void, RegExp][] = [
    ['taken', (host) => host.busy.add('/dev/nvme1n1'), /EBUSY/],
    [
      'open in a process',
      (host) => host.openers.set('/dev/nvme1n1', ['mysqld (PID 7)']),
      /open in mysqld \(PID 7\)/,
    ],
    [
      'carrying something',
      (host) => (host.snapshot.blkid = { '/dev/nvme1n1': { TYPE: 'ext4', UUID: 'u' } }),
      /now carries ext4 u/,
    ],
    [
      'beside a namespace that the plan does not know',
      ({ snapshot }) => {
        snapshot.nvme = { ...snapshot.nvme, '/dev/nvme1n2': { address: A } };
        snapshot.lsblk.blockdevices.push({ name: 'nvme1n2', path: '/dev/nvme1n2' });
      },
      /has a namespace nvme1n2/,
    ],
  ];

  it.each(surprises)('it is looked at again: %s, it stays', async (_, surprise, reason) => {
    const { host, steps } = first();
    surprise(host);
    const refused = await rejection(apply(host, steps));
    expect(refused).toMatchObject({ name: 'RefusedError', reason: expect.stringMatching(reason) as string });
    expect(drivers(host)).toEqual(['nvme']);
    expect(attributes(host)).toEqual([]);
    expect(host.snapshot.spdk).toBeUndefined();
  });

  it('it is held open, so that nobody can take it between the look and the act', async () => {
    const { host, steps } = first();
    let held = false;
    const hold = host.holdExclusive.bind(host);
    host.holdExclusive = (path, work) =>
      hold(path, async () => {
        held = true;
        try {
          return await work();
        } finally {
          held = false;
        }
      });
    const seen: boolean[] = [];
    host.onWrite = (path) => {
      if (path.endsWith('/unbind')) seen.push(held);
    };
    await apply(host, steps);
    expect(seen).toEqual([true]);
  });

  it('a controller that somebody else has taken meanwhile is left to them', async () => {
    for (const driver of ['vfio-pci', null]) {
      const { host, steps } = first();
      host.snapshot.pci = [controller(A, { driver })];
      expect(await rejection(apply(host, steps))).toMatchObject({ name: 'RefusedError' });
      expect(attributes(host)).toEqual([]);
    }
  });
});

test('a driver that will not take the controller costs nothing: the kernel has it back', async () => {
  const pci = new PciModel();
  pci.unwilling.add('uio_pci_generic');
  const host = hostOf(spdkMachine(), { pci });
  await expect(apply(host, planFor(host.snapshot).steps)).rejects.toThrow(
    `Expected uio_pci_generic to take ${A}, got no driver; nvme has it now`,
  );
  expect(drivers(host)).toEqual(['nvme', 'nvme']);
  expect(pci.overridden).toEqual([]);
  expect(host.snapshot.spdk?.controllers).toEqual([]);
});

test('pages that the machine has no memory for are a failure, and the next try asks for the same', async () => {
  const pci = new PciModel();
  pci.memory = 30;
  const host = hostOf(spdkMachine(), { pci });
  await expect(apply(host, planFor(host.snapshot).steps)).rejects.toThrow(
    'Expected 74 hugepages of 2Mi on NUMA node 0, got 30',
  );
  pci.memory = 1000;
  expect(totals((await settle(host)).host)).toEqual(done.totals);
});

describe('the way back', () => {
  const release = (address = A): Step => ({ kind: 'pci-release', name: `give ${address} back`, address });

  it('gives the drive to the kernel, and the record says what is on it', async () => {
    const { host } = await settle(hostOf(spdkMachine()));
    await apply(host, [release()]);
    expect(drivers(host)).toEqual(['nvme', 'uio_pci_generic']);
    expect(host.pci.overridden).toEqual([B]);
    host.snapshot.samples = { '/dev/nvme1n1': { constant: null } };
    const { plan } = planFor(host.snapshot, spdkSpec({}, { layout: { type: 'Filesystem' } }));
    expect(plan.drives.find(({ path }) => path === '/dev/nvme1n1')).toMatchObject({
      state: 'Ours',
      reason: expect.stringContaining('SPDK has given it back') as string,
    });
  });

  it('ends as if nothing had been when it is killed', async () => {
    for (let at = 0; at < 5; at += 1) {
      const { host } = await settle(hostOf(spdkMachine()));
      const dying = hostOf(host.snapshot, { pci: host.pci, kill: { at, when: 'after' } });
      expect(await rejection(apply(dying, [release()]))).toBeInstanceOf(KilledError);
      const next = hostOf(dying.snapshot, { pci: host.pci });
      await apply(next, [release()]);
      expect(drivers(next)).toEqual(['nvme', 'uio_pci_generic']);
      expect(next.snapshot.spdk?.controllers.map(({ state }) => state).sort()).toEqual(['bound', 'returned']);
    }
  });

  it('waits for nobody: a controller in use is refused', async () => {
    const { host } = await settle(hostOf(spdkMachine()));
    host.snapshot.files = { ...host.snapshot.files, '/dev/uio3': true };
    host.pci.uio.set(A, 'uio3');
    host.openers.set('/dev/uio3', ['spdk_tgt (PID 9)']);
    const refused = await rejection(apply(host, [release()]));
    expect(refused).toMatchObject({ name: 'RefusedError', reason: 'SPDK still uses it: spdk_tgt (PID 9)' });
    expect(drivers(host)).toEqual(['uio_pci_generic', 'uio_pci_generic']);
  });

  it('is for what we have handed over only', async () => {
    const host = hostOf(spdkMachine({}, { snapshot: { pci: [controller(A, { driver: 'vfio-pci' })] } }));
    expect(await rejection(apply(host, [release()]))).toMatchObject({ name: 'RefusedError' });
    expect(attributes(host)).toEqual([]);
  });

  it('ends with the record forgotten: the drive is anybody’s then', async () => {
    const { host } = await settle(hostOf(spdkMachine()));
    await apply(host, [release(), { kind: 'forget-handover', name: 'forget', address: A, devices: [] }]);
    expect(host.snapshot.spdk?.controllers.map(({ address }) => address)).toEqual([B]);
  });
});

describe('the restart of the kubelet', () => {
  const recount: Step = { kind: 'recount-hugepages', name: 'restart', bytes: 64, bootID: 'b' };
  /** A machine with these processes: name and control group. */
  const withProcesses = (processes: Record<string, [string, string]>): FakeHost => {
    const host = hostOf(spdkMachine());
    const [directory, file] = [host.readDirectory.bind(host), host.readFile.bind(host)];
    host.readDirectory = (path) =>
      path === '/proc' ? Promise.resolve(['net', ...Object.keys(processes)]) : directory(path);
    host.readFile = (path) => {
      const [, pid = '', name] = /^\/proc\/(\d+)\/(comm|cgroup)$/.exec(path) ?? [];
      const shown = processes[pid];
      if (shown === undefined) return file(path);
      return Promise.resolve(`${shown[name === 'comm' ? 0 : 1]}\n`);
    };
    return host;
  };

  it.each([
    ['kubelet', '0::/system.slice/kubelet.service', 'kubelet.service'],
    ['k3s-agent', '0::/system.slice/k3s-agent.service', 'k3s-agent.service'],
    ['kubelet', '0::/../../../system.slice/k0sworker.service/sub', 'k0sworker.service'],
  ])('finds the unit of %s in %s', async (name, group, unit) => {
    const host = withProcesses({ 1: ['systemd', '0::/init.scope'], 9: [name, group] });
    await apply(host, [recount]);
    expect(host.programs).toContain(`!systemctl restart ${unit}`);
    expect(host.snapshot.spdk?.kubelet).toEqual({ bootID: 'b', bytes: 64 });
  });

  it('is a person’s when systemd does not run it', async () => {
    const host = withProcesses({ 9: ['kubelet', '0::/kubepods'] });
    await expect(apply(host, [recount])).rejects.toThrow('restart it by hand');
    expect(host.snapshot.spdk).toBeUndefined();
  });
});
