import { beforeEach, describe, expect, it } from 'vitest';
import { withDefaults } from '../../../../api/defaults.ts';
import type { Snapshot } from '../../../../api/snapshot.ts';
import { applySteps } from '../../../../agent/apply/apply.ts';
import { takeInventory } from '../../../../agent/inventory/classify.ts';
import type { Step } from '../../../../agent/plan/step.ts';
import { planReset, type PlannedReset } from '../../../../agent/plan/reset/reset.ts';
import { planSetup } from '../../../../agent/plan/plan.ts';
import { createLogger } from '../../../../logging/logger.ts';
import { KUBELET_CONFIG } from '../../../builders/kubelet.ts';
import { machine } from '../../../builders/machine.ts';
import { WaitingClock } from '../../../fakes/clock.ts';
import type { Kill } from '../../../fakes/host.ts';
import { FakeKubelet } from '../../../fakes/kubelet.ts';
import { SwapHost } from '../../../fakes/swap-host.ts';

const inventoryOf = (snapshot: Snapshot) => {
  const { provider, drives } = withDefaults({ provider: 'aws' });
  return takeInventory(snapshot, { provider, drives, strict: true, volumes: [] });
};
const resetOf = (snapshot: Snapshot): PlannedReset =>
  planReset(inventoryOf(snapshot), { nodeUID: 'u', layout: withDefaults({}).layout });

describe.each([false, true])('a reset of swap, encrypted %s', (encrypt) => {
  let clock: WaitingClock;
  let kubelet: FakeKubelet;
  let old: string;

  const blank = (): Snapshot => machine({ drives: { nvme1n1: {}, nvme2n1: {} } });
  const hostOf = (snapshot: Snapshot, steps: readonly Step[] = [], kill?: Kill): SwapHost =>
    new SwapHost(snapshot, kubelet, steps, kill);

  async function apply(host: SwapHost, steps: readonly Step[]): Promise<void> {
    const { signal } = new AbortController();
    const logger = createLogger(() => undefined, clock);
    const options = { host, clock, logger, signal, planID: 'id', verify: () => Promise.resolve('id') };
    await applySteps(steps, options);
  }

  /** The machine with swap on both drives, and a kubelet that was told of it. */
  async function swapping(): Promise<Snapshot> {
    kubelet = new FakeKubelet(clock.now);
    old = kubelet.text;
    const spec = withDefaults({ provider: 'aws', layout: { type: 'Swap', swap: { encrypt } } });
    const { steps } = planSetup(inventoryOf(await hostOf(blank()).look()), { spec, nodeUID: 'u' });
    const host = hostOf(blank(), steps);
    await apply(host, steps);
    expect(host.swapIsOn).toBe(true);
    return host.snapshot;
  }

  /** Resets by new agents until nothing is left to do. */
  async function resetAll(start: Snapshot): Promise<SwapHost> {
    let host = hostOf(start);
    for (let pass = 0; pass < 4; pass += 1) {
      const planned = resetOf(await host.look());
      expect(planned.blocked).toBe(false);
      if (planned.steps.length === 0) return host;
      host = hostOf(host.snapshot, planned.steps);
      await apply(host, planned.steps);
    }
    throw new Error('not at rest');
  }

  const isAsBefore = async (host: SwapHost): Promise<void> => {
    const { drives } = inventoryOf(await host.look());
    const local = drives.filter(({ role }) => role === 'Local');
    expect(local.map(({ state, reason }) => [state, reason])).toEqual(local.map(() => ['Free', undefined]));
    expect(local).toHaveLength(2);
    expect(host.swapIsOn).toBe(false);
    expect(kubelet.text).toBe(old);
    expect(kubelet.pid).toBeDefined();
    expect((await host.look()).kubelet?.files).toMatchObject([{ read: true }]);
  };

  beforeEach(() => {
    clock = new WaitingClock();
  });

  it('switches it off, makes the drives raw, and only then gives the kubelet its old configuration', async () => {
    const snapshot = await swapping();
    const { steps } = resetOf(await hostOf(snapshot).look());
    const letGo = encrypt ? ['swapoff', 'swapoff', 'crypt-close', 'crypt-close'] : ['swapoff', 'swapoff'];
    const clear = ['wipe-signatures', 'wipe-signatures', 'make-raw', 'make-raw'];
    expect(steps.map(({ kind }) => kind)).toEqual([...letGo, ...clear, 'restore-kubelet']);
    const starts = kubelet.starts;
    const host = hostOf(snapshot, steps);
    await apply(host, steps);
    await isAsBefore(host);
    expect(kubelet.starts).toBe(starts + 1);
    expect(resetOf(await host.look()).steps).toEqual([]);
  });

  it.each(['before', 'middle', 'after'] as const)('ends the same when killed %s any change', async (when) => {
    const { steps } = resetOf(await hostOf(await swapping()).look());
    const whole = hostOf(await swapping(), steps);
    await apply(whole, steps);
    expect(whole.changes).toBeGreaterThan(10);
    for (let at = 0; at < whole.changes; at += 1) {
      const host = hostOf(await swapping(), steps, { at, when });
      await expect(apply(host, steps)).rejects.toThrow('killed');
      expect([at, host.killed]).toEqual([at, true]);
      await isAsBefore(await resetAll(host.snapshot));
    }
  });

  it('is refused while more is swapped out than fits in memory', async () => {
    const snapshot = await swapping();
    const { steps } = resetOf(await hostOf(snapshot).look());
    const host = hostOf(snapshot, steps);
    host.memory = { swapped: 1001, available: 1000 };
    await expect(apply(host, steps)).rejects.toThrow('drain the node first');
    expect(host.swapIsOn).toBe(true);
    expect(kubelet.text).toContain('failSwapOn: false');
    expect(inventoryOf(await host.look()).swapAreas.map(({ active }) => active)).toEqual([true, true]);
  });

  it('leaves the kubelet as it is while other swap is on, without which it would stay down', async () => {
    const snapshot = await swapping();
    const swaps = `${snapshot.swaps ?? ''}/swapfile file 1 0 -2\n`;
    const host = await resetAll({ ...snapshot, swaps });
    expect(host.snapshot.swaps).toContain('/swapfile');
    expect(kubelet.text).toContain('failSwapOn: false');
    const later = await resetAll({
      ...host.snapshot,
      swaps: (host.snapshot.swaps ?? '').replace(/^\/swapfile.*\n/m, ''),
    });
    await isAsBefore(later);
  });

  it('gives nothing back when other swap came on meanwhile', async () => {
    const snapshot = await swapping();
    const { steps } = resetOf(await hostOf(snapshot).look());
    const host = hostOf({ ...snapshot, swaps: `${snapshot.swaps ?? ''}/swapfile file 1 0 -2\n` }, steps);
    await expect(apply(host, steps)).rejects.toThrow('swap is on');
    expect(kubelet.text).toContain('failSwapOn: false');
  });

  it('leaves a file alone that somebody has changed since', async () => {
    const snapshot = await swapping();
    const theirs = `${kubelet.text}maxPods: 42\n`;
    kubelet.write(KUBELET_CONFIG, theirs);
    const host = await resetAll(snapshot);
    expect(kubelet.text).toBe(theirs);
    expect(host.swapIsOn).toBe(false);
    expect(kubelet.pid).toBeDefined();
  });

  it('is set up again after it, and reset again', async () => {
    const host = await resetAll(await swapping());
    const first = kubelet;
    const spec = withDefaults({ provider: 'aws', layout: { type: 'Swap', swap: { encrypt } } });
    const { steps } = planSetup(inventoryOf(await host.look()), { spec, nodeUID: 'u' });
    const again = hostOf(host.snapshot, steps);
    await apply(again, steps);
    expect(kubelet).toBe(first);
    await isAsBefore(await resetAll(again.snapshot));
  });
});
