import { expect, test } from 'vitest';
import { withDefaults } from '../../../../api/defaults.ts';
import type { Snapshot } from '../../../../api/snapshot.ts';
import { applySteps } from '../../../../agent/apply/apply.ts';
import { takeInventory } from '../../../../agent/inventory/classify.ts';
import { planReset } from '../../../../agent/plan/reset/reset.ts';
import { createLogger } from '../../../../logging/logger.ts';
import { planFor, spdkMachine } from '../../../builders/spdk-machine.ts';
import { SteppedClock } from '../../../fakes/clock.ts';
import { FakeHost, KilledError, type Kill } from '../../../fakes/host.ts';
import type { PciModel } from '../../../fakes/pci-model.ts';

const inventoryOf = (snapshot: Snapshot) => {
  const { provider, drives } = withDefaults({ provider: 'aws' });
  return takeInventory(snapshot, { provider, drives, strict: true, volumes: [] });
};
const resetOf = (snapshot: Snapshot) =>
  planReset(inventoryOf(snapshot), { nodeUID: 'u', layout: withDefaults({}).layout });

interface Plan {
  steps: ReturnType<typeof resetOf>['steps'];
}

async function apply({ steps }: Plan, snapshot: Snapshot, pci?: PciModel, kill?: Kill): Promise<FakeHost> {
  const host = new FakeHost(snapshot, steps, kill, pci);
  const clock = new SteppedClock();
  const logger = createLogger(() => undefined, clock);
  const { signal } = new AbortController();
  const options = { host, clock, logger, signal, planID: 'id', verify: () => Promise.resolve('id') };
  await applySteps(steps, options).catch((error: unknown) => {
    if (!(error instanceof KilledError)) throw error;
  });
  return host;
}

/** SPDK has both drives, and has written to them what `content` says. */
async function handedOver(content: Partial<Snapshot>): Promise<FakeHost> {
  const host = await apply(planFor(spdkMachine()), spdkMachine());
  host.snapshot = { ...host.snapshot, ...content };
  return host;
}

async function resetAll(start: FakeHost): Promise<FakeHost> {
  let host = start;
  for (let pass = 0; pass < 4; pass += 1) {
    const planned = resetOf(host.snapshot);
    expect(planned.blocked).toBe(false);
    if (planned.steps.length === 0) return host;
    host = await apply(planned, host.snapshot, host.pci);
  }
  throw new Error('not at rest');
}

const facts = ({ snapshot }: FakeHost) => ({
  states: inventoryOf(snapshot)
    .drives.filter(({ role }) => role === 'Local')
    .map(({ path, state }) => `${path} ${state}`)
    .sort(),
  drivers: snapshot.pci?.map(({ driver }) => driver),
  pages: snapshot.hugepages?.map(({ total }) => total),
  record: snapshot.spdk?.controllers,
});
const raw = {
  states: ['/dev/nvme1n1 Free', '/dev/nvme2n1 Free'],
  drivers: ['nvme', 'nvme'],
  pages: [10, 0, 0],
  record: [],
};

const written: [string, Partial<Snapshot>][] = [
  ['nothing', {}],
  [
    'blocks without a signature',
    { samples: { '/dev/nvme1n1': { constant: null }, '/dev/nvme2n1': { constant: null } } },
  ],
  ['a filesystem', { blkid: { '/dev/nvme1n1': { TYPE: 'ext4', UUID: 'u' }, '/dev/nvme2n1': {} } }],
];

test.each(written)('a reset gives drives and pages back when SPDK has written %s', async (_, content) => {
  expect(facts(await resetAll(await handedOver(content)))).toEqual(raw);
});

test('what was given up with an order is still it once the kernel has it back', async () => {
  const host = await handedOver({ samples: { '/dev/nvme1n1': { constant: null } } });
  const imprints = (snapshot: Snapshot) =>
    Object.fromEntries(resetOf(snapshot).drives.map(({ identity, imprint }) => [identity, imprint]));
  const before = imprints(host.snapshot);
  const after = await apply(resetOf(host.snapshot), host.snapshot, host.pci);
  expect(facts(after).states).toContain('/dev/nvme1n1 Ours');
  expect(before).toMatchObject(imprints(after.snapshot));
});

test('killed at any change, the next agent ends the reset as if nothing had been', async () => {
  const [, content = {}] = written[1] ?? [];
  for (let at = 0; at < 12; at += 1) {
    const { snapshot, pci } = await handedOver(content);
    const dying = await apply(resetOf(snapshot), snapshot, pci, { at, when: 'after' });
    expect(facts(await resetAll(dying))).toEqual(raw);
  }
});

test('nobody is given what SPDK has left before it is cleared', async () => {
  const { snapshot, pci } = await handedOver(written[2]?.[1] ?? {});
  const { steps } = resetOf(snapshot);
  const back = await apply({ steps: steps.filter(({ kind }) => kind === 'pci-release') }, snapshot, pci);
  expect(planFor(back.snapshot).plan.refusals.map(({ path }) => path)).toContain('/dev/nvme1n1');
});
