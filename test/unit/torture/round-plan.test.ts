import { describe, expect, it } from 'vitest';
import { TRIED_LAYOUTS } from '../../torture/layouts.ts';
import { roundPlan } from '../../torture/round-plan.ts';

const rough = { kills: 32, cuts: 2 };
const rounds = Array.from({ length: 10 }, (_, index) => roundPlan(7, index + 1, TRIED_LAYOUTS, rough));
const killsIn = ({ phases }: (typeof rounds)[number]): number =>
  phases.reduce((sum, { kills }) => sum + kills.length, 0);

describe('the plan of a round of torture', () => {
  it('is the same for the same seed and number, and another one for others', () => {
    expect(roundPlan(7, 3, TRIED_LAYOUTS, rough)).toEqual(rounds[2]);
    expect(roundPlan(8, 3, TRIED_LAYOUTS, rough)).not.toEqual(rounds[2]);
  });

  it('has the kills and power cuts that were asked for', () => {
    expect(rounds.map(killsIn)).toEqual(rounds.map(() => 32));
    const cuts = rounds.map(({ phases }) => phases.filter(({ cut }) => cut !== undefined).length);
    expect(cuts).toEqual(rounds.map(() => 2));
  });

  it('has no kill and a cut in every phase where that is asked for', () => {
    const plan = roundPlan(7, 1, TRIED_LAYOUTS, { kills: 0, cuts: 9 });
    expect(plan.phases.map(({ kills, cut }) => [kills.length, cut !== undefined])).toEqual(
      plan.phases.map(() => [0, true]),
    );
  });

  it('takes every layout in turn', () => {
    const names = new Set(rounds.slice(0, TRIED_LAYOUTS.length).map(({ tried }) => tried.name));
    expect(names.size).toBe(TRIED_LAYOUTS.length);
  });

  it('releases nothing where there are no volumes', () => {
    const phases = rounds.map(({ tried, drives, phases }) => [
      tried.volumes(drives) > 0,
      phases.some(({ phase }) => phase === 'release'),
    ]);
    expect(phases.every(([volumes, release]) => volumes === release)).toBe(true);
  });

  it('draws moments from the whole span, and each way to kill', () => {
    const kills = rounds.flatMap(({ phases }) => phases.flatMap(({ kills }) => kills));
    for (const quarter of [0, 1, 2, 3])
      expect(kills.filter(({ fraction }) => Math.floor(fraction * 4) === quarter).length).toBeGreaterThan(40);
    expect(kills.filter(({ whom }) => whom === 'all').length).toBeGreaterThan(100);
    expect(kills.filter(({ whom }) => whom === 'agent').length).toBeGreaterThan(100);
    expect(kills.filter(({ amid }) => amid === 'anything').length).toBeGreaterThan(100);
    expect(kills.filter(({ amid }) => amid === 'a write').length).toBeGreaterThan(100);
  });
});
