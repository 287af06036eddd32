import { beforeEach, describe, expect, it } from 'vitest';
import { withDefaults } from '../../../../api/defaults.ts';
import type { SwapLayout } from '../../../../api/layout.ts';
import type { Snapshot } from '../../../../api/snapshot.ts';
import { applySteps } from '../../../../agent/apply/apply.ts';
import type { NodeStatus } from '../../../../agent/apply/kubelet/kubelet-up.ts';
import { takeInventory } from '../../../../agent/inventory/classify.ts';
import { planSetup } from '../../../../agent/plan/plan.ts';
import type { Planned } from '../../../../agent/plan/planned.ts';
import { createLogger } from '../../../../logging/logger.ts';
import { KUBELET_CONFIG } from '../../../builders/kubelet.ts';
import { machine } from '../../../builders/machine.ts';
import { WaitingClock } from '../../../fakes/clock.ts';
import { rebooted } from '../../../fakes/drive-model.ts';
import type { Kill } from '../../../fakes/host.ts';
import { FakeKubelet } from '../../../fakes/kubelet.ts';
import { SwapHost } from '../../../fakes/swap-host.ts';

const SWAP = { sysctls: { 'vm.swappiness': '100' } };
const DRIVES = { nvme1n1: {}, nvme2n1: {} };

function planOf(snapshot: Snapshot, swap: Partial<SwapLayout> = SWAP): Planned {
  const spec = withDefaults({ provider: 'aws', layout: { type: 'Swap', swap } });
  const { provider, drives } = spec;
  const inventory = takeInventory(snapshot, { provider, drives, strict: true, volumes: [] });
  return planSetup(inventory, { spec, nodeUID: 'uid-1' });
}

describe('swap', () => {
  let clock: WaitingClock;
  let kubelet: FakeKubelet;
  const blank = (): Snapshot => machine({ drives: DRIVES, snapshot: { sysctls: { swappiness: '60' } } });

  beforeEach(() => {
    clock = new WaitingClock();
    kubelet = new FakeKubelet(clock.now);
  });

  /** An agent on the machine as it is, with what it plans. */
  async function agent(snapshot: Snapshot, swap: Partial<SwapLayout> = SWAP, kill?: Kill) {
    const seen = await new SwapHost(snapshot, kubelet, []).look();
    const planned = planOf(seen, swap);
    const host = new SwapHost(snapshot, kubelet, planned.steps, kill);
    host.onWrite = (line) => {
      if (line.startsWith('swapon')) expect(kubelet.text).toContain('failSwapOn: false');
    };
    return { host, planned };
  }

  async function apply(host: SwapHost, planned: Planned, nodeStatus?: NodeStatus): Promise<void> {
    await applySteps(planned.steps, {
      host,
      clock,
      logger: createLogger(() => undefined, clock),
      signal: new AbortController().signal,
      planID: planned.plan.id,
      verify: () => Promise.resolve(planned.plan.id),
      ...(nodeStatus === undefined ? {} : { nodeStatus }),
    });
  }

  /** Plans and applies on new agents until nothing is left to do. */
  async function settle(start: Snapshot, swap: Partial<SwapLayout> = SWAP): Promise<SwapHost> {
    let snapshot = start;
    for (let round = 0; round < 4; round += 1) {
      const { host, planned } = await agent(snapshot, swap);
      if (planned.steps.length === 0) return host;
      await apply(host, planned);
      snapshot = host.snapshot;
    }
    throw new Error('not at rest');
  }

  const rejection = (work: Promise<unknown>): Promise<unknown> => work.catch((error: unknown) => error);
  const priorities = ({ snapshot }: SwapHost): string[] =>
    (snapshot.swaps ?? '')
      .split('\n')
      .slice(1, -1)
      .map((line) => line.split(' ').at(-1) ?? '');

  it('has the kubelet allow it first, then switches it on, then restarts the kubelet once more', async () => {
    const { host, planned } = await agent(blank());
    expect(planned.steps.map(({ kind }) => kind)).toEqual([
      ...['mkswap', 'mkswap', 'configure-kubelet', 'swapon', 'swapon', 'set-sysctl', 'restart-kubelet'],
    ]);
    await apply(host, planned);
    const order = host.programs.filter((line) => /^!swapon|^systemctl restart/.test(line));
    expect(order.map((line) => line.split(' ')[0])).toEqual(['systemctl', '!swapon', '!swapon', 'systemctl']);
    expect(priorities(host)).toEqual(['10', '10']);
    expect(kubelet).toMatchObject({ starts: 3, pid: expect.any(Number) as number });
    expect(kubelet.text).toContain('port: 10250 # ours');
    expect(host.snapshot.sysctls).toEqual({ swappiness: '100' });
  });

  it.each([false, true])(
    'encrypted %s: does nothing a second time, and calls the drives ours',
    async (encrypt) => {
      const host = await settle(blank(), { ...SWAP, encrypt });
      const { planned } = await agent(host.snapshot, { ...SWAP, encrypt });
      expect(planned.steps).toEqual([]);
      expect(planned.plan.candidates).toEqual(['/dev/nvme1n1', '/dev/nvme2n1']);
      const states = planned.plan.drives.filter(({ role }) => role === 'Local').map(({ state }) => state);
      expect(states).toEqual(['Ours', 'Ours']);
      expect(planned.drift).toBeUndefined();
      expect(kubelet.starts).toBe(3);
    },
  );

  const kills = (['before', 'middle', 'after'] as const).flatMap((when) =>
    [false, true].map((encrypt) => ({ when, encrypt })),
  );
  it.each(kills)('killed $when any change, encrypted $encrypt: ends as if nothing had been', async (kill) => {
    const swap = { ...SWAP, encrypt: kill.encrypt };
    const whole = await agent(blank(), swap);
    await apply(whole.host, whole.planned);
    expect(whole.host.changes).toBeGreaterThan(12);
    for (let at = 0; at < whole.host.changes; at += 1) {
      kubelet = new FakeKubelet(clock.now);
      const { host, planned } = await agent(blank(), swap, { at, when: kill.when });
      await expect(apply(host, planned)).rejects.toThrow('killed');
      expect(host.killed).toBe(true);
      const last = await settle(host.snapshot, swap);
      expect(priorities(last)).toEqual(['10', '10']);
      expect(kubelet.pid).toBeDefined();
      expect((await last.look()).kubelet).toMatchObject({ sawSwap: true });
      expect((await last.look()).kubeletChange).toMatchObject({ state: 'Done' });
    }
  });

  it.each([false, true])(
    'encrypted %s: is switched on again after a reboot with one restart',
    async (encrypt) => {
      const swap = { ...SWAP, encrypt };
      const first = await settle(blank(), swap);
      const boot = { ...rebooted(first.snapshot, { assembled: true }), bootID: 'boot-2' };
      kubelet.files.delete('/run/kubectl-nvme/swap-on');
      kubelet.start(false);
      const { host, planned } = await agent(boot, swap);
      const kinds = planned.steps.map(({ kind }) => kind);
      expect(kinds).not.toContain('configure-kubelet');
      expect(kinds.includes('crypt-open')).toBe(encrypt);
      const before = kubelet.starts;
      await apply(host, planned);
      expect(priorities(host)).toEqual(['10', '10']);
      expect(kubelet.starts).toBe(before + 1);
    },
  );

  it('gives the kubelet its old configuration back when it does not come up, and does not try again in this boot', async () => {
    const old = kubelet.text;
    kubelet.dislikes = (text) => text.includes('LimitedSwap');
    const { host, planned } = await agent(blank());
    expect(String(await rejection(apply(host, planned)))).toContain(
      'its configuration was put back, and it runs again',
    );
    expect(kubelet.text).toBe(old);
    expect(kubelet.pid).toBeDefined();
    expect(host.swapIsOn).toBe(false);
    expect(kubelet.files.get(`${KUBELET_CONFIG}.before-kubectl-nvme`)?.text).toBe(old);
    const starts = kubelet.starts;
    const again = await agent(host.snapshot);
    expect(again.planned.steps).toEqual([]);
    expect(again.planned.blocked).toContain('did not come up with swap allowed');
    expect(kubelet.starts).toBe(starts);
    const nextBoot = await agent({ ...host.snapshot, bootID: 'boot-2' });
    expect(nextBoot.planned.steps.map(({ kind }) => kind)).toContain('configure-kubelet');
  });

  it('puts nothing back while swap is on, because the old configuration would keep the kubelet down', async () => {
    const host = await settle(blank());
    kubelet.write(KUBELET_CONFIG, 'kind: KubeletConfiguration\n');
    kubelet.dislikes = (text) => text.includes('LimitedSwap');
    const mending = await agent(host.snapshot);
    expect(mending.planned.steps.map(({ kind }) => kind)).toEqual(['configure-kubelet']);
    expect(String(await rejection(apply(mending.host, mending.planned)))).toContain('swap is on');
    expect(kubelet.text).toContain('failSwapOn: false');
  });

  it('waits for the Node to be Ready, and takes the change back when it was Ready before and is not again', async () => {
    const { host, planned } = await agent(blank());
    let ready = true;
    const status: NodeStatus = () => {
      const now = { ready, heartbeat: clock.now() };
      ready = false;
      return Promise.resolve(now);
    };
    expect(String(await rejection(apply(host, planned, status)))).toContain('its Node is not Ready');
    expect(host.swapIsOn).toBe(false);
  });

  it('does not wait for Ready on a Node that waits for its network', async () => {
    const { host, planned } = await agent(blank());
    await apply(host, planned, () => Promise.resolve({ ready: false, heartbeat: clock.now() }));
    expect(priorities(host)).toEqual(['10', '10']);
  });

  it('is refused when the kubelet stopped allowing it after the plan was made', async () => {
    kubelet.write(
      KUBELET_CONFIG,
      'kind: KubeletConfiguration\nfailSwapOn: false\nmemorySwap: {swapBehavior: LimitedSwap}\n',
    );
    await clock.sleep(2000);
    kubelet.start(false);
    const { host, planned } = await agent(blank());
    kubelet.write(KUBELET_CONFIG, 'kind: KubeletConfiguration\n');
    expect(planned.steps.map(({ kind }) => kind)).not.toContain('configure-kubelet');
    expect(String(await rejection(apply(host, planned)))).toContain('failSwapOn: true');
    expect(host.swapIsOn).toBe(false);
  });

  it.each([
    ['ext4', { TYPE: 'ext4', UUID: '0f5d3c1e-7a58-4f2c-9b1d-1f2e3d4c5b6a' }],
    ['another swap area', { TYPE: 'swap', UUID: '0f5d3c1e-7a58-4f2c-9b1d-1f2e3d4c5b6a' }],
  ])('is not made where %s turned up since the plan', async (_, blkid) => {
    const { host, planned } = await agent(blank());
    host.snapshot = { ...host.snapshot, blkid: { ...host.snapshot.blkid, '/dev/nvme2n1': blkid } };
    expect(await rejection(apply(host, planned))).toMatchObject({ name: 'RefusedError' });
    expect(host.programs.filter((line) => line.startsWith('!mkswap'))).toHaveLength(1);
    expect(host.snapshot.blkid?.['/dev/nvme2n1']).toEqual(blkid);
  });

  it('is not made on a drive that is in use in some other namespace', async () => {
    const { host, planned } = await agent(blank(), { ...SWAP, encrypt: true });
    host.busy.add('/dev/nvme1n1');
    const refused = await rejection(apply(host, planned));
    expect(refused).toMatchObject({
      name: 'RefusedError',
      reason: expect.stringContaining('EBUSY') as string,
    });
  });

  it('is not made on a mapping of our name that lies over another drive', async () => {
    const swap = { ...SWAP, encrypt: true };
    const { host, planned } = await agent(blank(), swap);
    const mapping = planned.steps.find((step) => step.kind === 'crypt-open')?.mapping ?? '';
    const row = {
      name: mapping,
      kname: 'dm-9',
      path: `/dev/mapper/${mapping}`,
      type: 'crypt',
      'maj:min': '253:9',
    };
    const [root] = host.snapshot.lsblk.blockdevices;
    if (root) root.children = [...(root.children ?? []), row];
    const refused = await rejection(apply(host, planned));
    expect(refused).toMatchObject({ name: 'RefusedError', device: `/dev/mapper/${mapping}` });
  });
});
