import fc from 'fast-check';
import { expect, test } from 'vitest';
import { withDefaults } from '../../../../api/defaults.ts';
import type { Layout } from '../../../../api/layout.ts';
import type { PartialDeep } from '../../../../api/profile.ts';
import type { Snapshot } from '../../../../api/snapshot.ts';
import { takeInventory } from '../../../../agent/inventory/classify.ts';
import { makes } from '../../../../agent/plan/command.ts';
import type { KnownVolume } from '../../../../agent/plan/known-volume.ts';
import { isForeseen } from '../../../../agent/plan/foreseen.ts';
import { planSetup } from '../../../../agent/plan/plan.ts';
import type { Planned } from '../../../../agent/plan/planned.ts';
import type { Step } from '../../../../agent/plan/step.ts';
import { kubelet } from '../../../builders/kubelet.ts';
import { machine } from '../../../builders/machine.ts';
import { applied, interrupted, rebooted } from '../../../fakes/drive-model.ts';

/** Rounds of planning and doing after which a machine must be at rest. */
const ROUNDS = 4;
const HARMLESS: readonly Step['kind'][] = [
  'md-assemble',
  'md-stop',
  'vg-activate',
  'mount',
  'make-data-directory',
  ...(['configure-kubelet', 'swapon', 'set-sysctl', 'restart-kubelet', 'crypt-open'] as const),
];

/** After a reboot the key of encrypted swap is gone, so that its area is made anew behind a new one. */
const isHarmless = (step: Step): boolean =>
  HARMLESS.includes(step.kind) || (step.kind === 'mkswap' && step.mappingOf !== undefined);

const layouts = fc.oneof(
  fc.record({
    type: fc.constant('Filesystem' as const),
    filesystem: fc.record({ type: fc.constantFrom('ext4' as const, 'xfs' as const) }),
  }),
  fc.record({
    type: fc.constant('RAID' as const),
    raid: fc.record({ level: fc.constantFrom(0 as const, 10 as const) }),
  }),
  fc.record({
    type: fc.constant('LVM' as const),
    lvm: fc.record({
      vgName: fc.constantFrom('instance-store-vg', 'data'),
      slices: fc.constantFrom(0, 1, 3),
    }),
  }),
  fc.record({
    type: fc.constant('Swap' as const),
    swap: fc.record({ encrypt: fc.boolean(), sysctls: fc.constantFrom({}, { 'vm.swappiness': '100' }) }),
  }),
);
const counts = fc.integer({ min: 2, max: 4 });

const blank = (count: number): Snapshot =>
  machine({
    drives: Object.fromEntries(Array.from({ length: count }, (_, index) => [`nvme${index + 1}n1`, {}])),
    snapshot: { kubelet: kubelet(), sysctls: { swappiness: '60' } },
  });

function plan(snapshot: Snapshot, layout: PartialDeep<Layout>, volumes: KnownVolume[] = []): Planned {
  const spec = withDefaults({ provider: 'aws', layout });
  const { provider, drives } = spec;
  return planSetup(takeInventory(snapshot, { provider, drives, strict: true, volumes }), {
    spec,
    nodeUID: 'uid-1',
  });
}

/** Plans and carries out until nothing is left to do, as the running agent does. */
function settle(
  start: Snapshot,
  layout: PartialDeep<Layout>,
): { snapshot: Snapshot; last: Planned; rounds: number } {
  let snapshot = start;
  for (let rounds = 0; rounds <= ROUNDS; rounds += 1) {
    const last = plan(snapshot, layout);
    if (last.steps.length === 0) return { snapshot, last, rounds };
    const made = last.steps.map(makes);
    const begun = (snapshot.begun ?? []).filter((uuid) => !made.includes(uuid));
    snapshot = { ...applied(snapshot, last.steps), begun };
  }
  throw new Error(
    `not at rest after ${ROUNDS} rounds: ${plan(snapshot, layout)
      .steps.map(({ name }) => name)
      .join('; ')}`,
  );
}

test('nothing is left to do once the plan of a blank machine was carried out', () => {
  fc.assert(
    fc.property(layouts, counts, (layout, count) => {
      const first = plan(blank(count), layout);
      expect(first.steps).not.toEqual([]);
      const { last, rounds } = settle(blank(count), layout);
      expect(rounds).toBe(1);
      expect(isForeseen(first.steps)).toBe(layout.type !== 'Swap');
      expect(last.plan.candidates).toEqual(first.plan.candidates);
      expect(last.volumes.map(({ identity }) => identity).sort()).toEqual(
        first.volumes.map(({ identity }) => identity).sort(),
      );
    }),
    { numRuns: 25 },
  );
});

test('a machine that dies in the middle of any step ends as if it had not', () => {
  fc.assert(
    fc.property(layouts, counts, fc.nat({ max: 30 }), (layout, count, at) => {
      const first = plan(blank(count), layout);
      const broken = interrupted(blank(count), first.steps.slice(0, (at % first.steps.length) + 1));
      const { last } = settle(broken, layout);
      expect(last.plan.refusals).toEqual([]);
      expect(last.stale).toEqual([]);
      expect(last.volumes.map(({ identity }) => identity).sort()).toEqual(
        first.volumes.map(({ identity }) => identity).sort(),
      );
    }),
    { numRuns: 60 },
  );
});

test('what was begun for one layout is made anew for another, when nothing of the first was completed', () => {
  fc.assert(
    fc.property(layouts, layouts, counts, fc.nat({ max: 4 }), (layout, other, count, at) => {
      const { steps } = plan(blank(count), layout);
      const broken = interrupted(blank(count), steps.slice(0, (at % steps.length) + 1));
      fc.pre(plan(broken, other).drift === undefined && !broken.vgs?.length);
      const { last } = settle(broken, other);
      expect(last.plan.refusals).toEqual([]);
      expect(last.plan.candidates.length).toBe(count);
      // Only a record that no step has ended is left, and it is told to be of no use.
      expect(plan({ ...settle(broken, other).snapshot, begun: last.stale }, other).stale).toEqual(last.stale);
    }),
    { numRuns: 60 },
  );
});

test('after a reboot what is ours is assembled and mounted, and nothing is written', () => {
  fc.assert(
    fc.property(layouts, counts, fc.boolean(), (layout, count, assembled) => {
      const made = settle(blank(count), layout);
      let snapshot = rebooted(made.snapshot, { assembled });
      for (let round = 0; round < ROUNDS; round += 1) {
        const { steps } = plan(snapshot, layout);
        expect(steps.filter((step) => !isHarmless(step))).toEqual([]);
        snapshot = applied(snapshot, steps);
      }
      const again = plan(snapshot, layout);
      expect(again.steps).toEqual([]);
      expect(again.volumes.map(({ identity }) => identity).sort()).toEqual(
        made.last.volumes.map(({ identity }) => identity).sort(),
      );
    }),
    { numRuns: 25 },
  );
});

test('whatever layout is asked for later, what is ours stays as it is and is told as drift', () => {
  fc.assert(
    fc.property(layouts, layouts, counts, (layout, other, count) => {
      fc.pre(layout.type !== other.type);
      const made = settle(blank(count), layout).snapshot;
      const found = plan(rebooted(made, { assembled: true }), other);
      expect(found.steps.filter((step) => !isHarmless(step))).toEqual([]);
      expect(found.drift).toContain(`carries our ${layout.type} layout, not ${other.type}`);
      expect(found.plan.candidates).toEqual([]);
    }),
    { numRuns: 25 },
  );
});

test('volumes whose drives come back blank are not made again while their PersistentVolumes are there', () => {
  fc.assert(
    fc.property(layouts, counts, (layout, count) => {
      const { volumes } = plan(blank(count), layout);
      fc.pre(volumes.length > 0);
      const known = volumes.map(({ identity, path }, index) => ({
        name: `pv-${index}`,
        phase: 'Bound' as const,
        identity,
        path,
      }));
      const found = plan(blank(count), layout, known);
      expect(found.steps).toEqual([]);
      expect(found.plan.refusals.length).toBe(count);
    }),
    { numRuns: 25 },
  );
});
