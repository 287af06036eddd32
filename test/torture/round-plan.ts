import type { VolumePolicy } from '../../api/profile.ts';
import { seededRandom } from '../builders/seeded-random.ts';
import type { TriedLayout } from './layouts.ts';

/** What happens to the drives while the agent is killed. */
export type Phase = 'set-up' | 'use' | 'release' | 'reset';

/** A moment of a phase that is drawn evenly: 0 is when the agent starts, 1 when it would have been done. */
export interface Moment {
  fraction: number;
}

/** A SIGKILL: at any moment, or in the second after the agent began a program that writes. */
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

/** Many in a row: what comes before and after them, and a judgement, takes longer than the kills. */
const KILLS: readonly (readonly [Phase, number])[] = [
  ['set-up', 12],
  ['use', 8],
  ['release', 5],
  ['reset', 7],
];

/** All that is left to chance in a round comes from the seed and its number alone, so that each can be played by itself. */
export function roundPlan(seed: number, round: number, layouts: readonly TriedLayout[]): RoundPlan {
  const random = seededRandom(seed * 100_003 + round);
  const tried = layouts[(seed + round) % layouts.length];
  if (tried === undefined) throw new Error('no layouts to try');
  const drives = oneOf(tried.drives, random);
  const kills = killsOf(tried.volumes(drives));
  const first = Math.floor(random() * kills.length);
  const second = (first + 1 + Math.floor(random() * (kills.length - 1))) % kills.length;
  return {
    ...{ round, tried, drives, clean: oneOf(tried.cleans, random) },
    phases: kills.map(([phase, count], index) => ({
      phase,
      kills: Array.from({ length: count }, () => ({
        fraction: random(),
        amid: random() < 0.5 ? ('anything' as const) : ('a write' as const),
        whom: random() < 0.5 ? ('agent' as const) : ('all' as const),
      })),
      ...(index === first || index === second ? { cut: { fraction: random() } } : {}),
    })),
  };
}

/** Without volumes nothing is released: the agent is killed as often beside drives that are in use. */
function killsOf(volumes: number): readonly (readonly [Phase, number])[] {
  if (volumes > 0) return KILLS;
  const count = (wanted: Phase): number => KILLS.find(([phase]) => phase === wanted)?.[1] ?? 0;
  return KILLS.filter(([phase]) => phase !== 'release').map(([phase, own]) => [
    phase,
    phase === 'use' ? own + count('release') : own,
  ]);
}

function oneOf<T>(all: readonly T[], random: () => number): T {
  const one = all[Math.floor(random() * all.length)];
  if (one === undefined) throw new Error('nothing to choose from');
  return one;
}
