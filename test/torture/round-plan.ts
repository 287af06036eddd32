import type { VolumePolicy } from '../../api/profile.ts';
import { seededRandom } from '../builders/seeded-random.ts';
import type { TriedLayout } from './layouts.ts';

/** What happens to the drives while the agent is killed. */
export type Phase = 'set-up' | 'use' | 'release' | 'reset';

/** A moment of a phase that is drawn evenly: 0 is when the agent starts, 1 when it would have been done. */
export interface Moment {
  fraction: number;
}

/** A SIGKILL: at any moment, or soon after the agent began a program that writes. */
export interface Kill extends Moment {
  amid: 'anything' | 'a write';
  /** The agent alone, whose programs then run on without it, or all at once, as a container ends. */
  whom: 'agent' | 'all';
}

export interface PlannedPhase {
  phase: Phase;
  kills: readonly Kill[];
  /** After the kills. */
  cut?: Moment;
}

export interface RoundPlan {
  round: number;
  tried: TriedLayout;
  drives: number;
  clean: VolumePolicy['clean'];
  phases: readonly PlannedPhase[];
}

/** How much of a round's kills each phase gets. */
const SHARES: readonly (readonly [Phase, number])[] = [
  ['set-up', 12],
  ['use', 8],
  ['release', 5],
  ['reset', 7],
];

/** How rough a round is; what comes before and after the kills, and a judgement, takes longer than they do. */
export interface Roughness {
  kills: number;
  /** At most one a phase. */
  cuts: number;
}

/** All that is left to chance in a round comes from the seed and its number alone, so that each can be played by itself. */
export function roundPlan(
  seed: number,
  round: number,
  layouts: readonly TriedLayout[],
  roughness: Roughness,
): RoundPlan {
  const random = seededRandom(seed * 100_003 + round);
  const tried = layouts[(seed + round) % layouts.length];
  if (tried === undefined) throw new Error('no layouts to try');
  const drives = oneOf(tried.drives, random);
  const counts = killsOf(tried.volumes(drives), roughness.kills);
  const cutFirst = Math.floor(random() * counts.length);
  const isCut = (index: number): boolean =>
    (index - cutFirst + counts.length) % counts.length < roughness.cuts;
  return {
    ...{ round, tried, drives, clean: oneOf(tried.cleans, random) },
    phases: counts.map(([phase, count], index) => ({
      phase,
      kills: Array.from({ length: count }, () => randomKill(random)),
      ...(isCut(index) ? { cut: { fraction: random() } } : {}),
    })),
  };
}

function randomKill(random: () => number): Kill {
  return {
    fraction: random(),
    amid: random() < 0.5 ? 'anything' : 'a write',
    whom: random() < 0.5 ? 'agent' : 'all',
  };
}

/** Without volumes nothing is released: the agent is killed as often in the other phases. */
function killsOf(volumes: number, kills: number): (readonly [Phase, number])[] {
  const shares = SHARES.filter(([phase]) => volumes > 0 || phase !== 'release');
  const whole = shares.reduce((sum, [, share]) => sum + share, 0);
  let share = 0;
  let given = 0;
  return shares.map(([phase, own]) => {
    share += own;
    const until = Math.round((kills * share) / whole);
    const count = until - given;
    given = until;
    return [phase, count];
  });
}

function oneOf<T>(all: readonly T[], random: () => number): T {
  const one = all[Math.floor(random() * all.length)];
  if (one === undefined) throw new Error('nothing to choose from');
  return one;
}
