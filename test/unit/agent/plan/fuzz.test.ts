import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { withDefaults } from '../../../../api/defaults.ts';
import { QuantityError } from '../../../../api/quantity.ts';
import { takeInventory } from '../../../../agent/inventory/classify.ts';
import { parseSnapshot } from '../../../../agent/inventory/parse-snapshot.ts';
import { SnapshotError } from '../../../../agent/inventory/snapshot-error.ts';
import { planSetup } from '../../../../agent/plan/plan.ts';
import { planReset } from '../../../../agent/plan/reset/reset.ts';
import { damages, junk, type Damage } from '../../../builders/fuzz/damage.ts';
import { missed, wrongResets, wrongs, type Judged } from '../../../builders/fuzz/judge.ts';
import type { Scene } from '../../../builders/fuzz/make-scene.ts';
import { scenes } from '../../../builders/fuzz/scene.ts';

/** A slice with a fixed seed in every run of the unit ring; `npm run fuzz -- agent` takes 100,000 with a new one. */
const RUNS = Number(process.env.FUZZ_RUNS ?? 1500);
const seed = Number(process.env.FUZZ_SEED ?? 20_260_101);

/**
 * The plans of a scene, as live set-up or a replayed file makes them; undefined when it was refused by a typed error. The
 * reset is one that nobody has ordered.
 */
function planOf(scene: Scene, snapshot: unknown): { setUp: Judged; reset: Judged } | undefined {
  const { volumes, strict, nodeLabels, providerID, consent } = scene;
  try {
    const spec = withDefaults(scene.spec);
    const { provider, drives } = spec;
    const context = { provider, drives, strict, volumes, nodeLabels, ...(providerID ? { providerID } : {}) };
    const inventory = takeInventory(snapshot as Scene['snapshot'], context);
    const { steps, plan } = planSetup(inventory, { spec, nodeUID: 'u', consent });
    const reset = planReset(inventory, { nodeUID: 'u', layout: spec.layout });
    return { setUp: { steps, shown: plan.steps }, reset: { steps: reset.steps, shown: reset.plan.steps } };
  } catch (error) {
    if (error instanceof SnapshotError || error instanceof QuantityError) return undefined;
    throw error;
  }
}

const counts = { inputs: 0, refused: 0, withSafe: 0, complete: 0, steps: 0, wrong: 0 };
const kinds = new Map<string, number>();

function count(scene: Scene, damage: string, judged: ReturnType<typeof planOf>): void {
  counts.inputs += 1;
  for (const kind of [damage, scene.cloud, scene.spec.layout?.type ?? '', scene.spec.existingData ?? ''])
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  if (judged === undefined) counts.refused += 1;
  if (!Object.values(scene.labels).includes('safe')) return;
  counts.withSafe += 1;
  if (judged === undefined || missed(scene, judged.setUp).length > 0) return;
  counts.complete += 1;
}

function judge(scene: Scene, damage: Damage | undefined): void {
  const changed = damage?.apply(scene) ?? scene;
  const judged = planOf(changed, changed.snapshot);
  counts.steps += judged?.setUp.steps.length ?? 0;
  count(changed, damage?.name ?? 'none', judged);
  if (judged === undefined) return;
  const found = [...wrongs(changed, judged.setUp), ...wrongResets(changed, judged.reset)];
  counts.wrong += found.length;
  expect(found).toEqual([]);
}

describe('any machine, with any profile', () => {
  it('never has an unsafe drive in a step, whole or damaged, and as a rule every safe one', () => {
    const damage = fc.option(damages, { nil: undefined, freq: 2 });
    fc.assert(fc.property(scenes, damage, judge), { numRuns: Math.ceil(RUNS * 0.8), seed });
    expect(counts.wrong).toBe(0);
  });

  it('gives a plan or a typed error when any value of it is replaced by any other', () => {
    const picks = fc.array(fc.nat({ max: 40 }), { minLength: 1, maxLength: 7 });
    const property = fc.property(scenes, picks, junk, fc.boolean(), (scene, path, value, asFile) => {
      const damaged = replaced(scene.snapshot, path, value);
      count(scene, 'any value', planOf(scene, asFile ? reread(damaged) : damaged));
    });
    fc.assert(property, { numRuns: Math.floor(RUNS * 0.2), seed });
  });

  it('has every safe drive in a step in at least three of ten inputs', () => {
    expect(counts.complete / counts.inputs).toBeGreaterThan(0.3);
  });

  afterAll(() => {
    if (process.env.FUZZ_RUNS === undefined) return;
    process.stdout.write(`seed ${seed} ${JSON.stringify({ ...counts, kinds: Object.fromEntries(kinds) })}\n`);
  });
});

/** As a file would bring it: JSON has no NaN. */
function reread(snapshot: unknown): unknown {
  try {
    return parseSnapshot(JSON.stringify([snapshot]).slice(1, -1));
  } catch (error) {
    if (error instanceof SnapshotError) return {};
    throw error;
  }
}

/** Replaces one value anywhere in a document. */
function replaced(value: unknown, picks: readonly number[], by: unknown): unknown {
  if (typeof value !== 'object' || value === null) return by;
  const keys = Object.keys(value);
  const [pick = 0, ...rest] = picks;
  const key = keys[pick % Math.max(1, keys.length)];
  if (key === undefined) return by;
  const changed = rest.length === 0 ? by : replaced((value as Record<string, unknown>)[key], rest, by);
  return Array.isArray(value)
    ? value.map((item: unknown, index) => (String(index) === key ? changed : item))
    : { ...value, [key]: changed };
}
