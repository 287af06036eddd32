import { median } from '../median.ts';
import { measuredRun, type Command, type Run } from './measured-run.ts';

/** Medians of one command's runs. */
export interface Medians extends Run {
  /** Of the shortest run's wall time to the longest one's. */
  spreadMs: readonly [number, number];
}

/** Runs the commands in turns, so that whatever else the machine does hits all alike; the first turn only warms caches. */
export async function sideBySide<K extends string>(
  commands: Readonly<Record<K, Command>>,
  rounds: number,
): Promise<Record<K, Medians>> {
  const names = Object.keys(commands) as K[];
  const runs = new Map<K, Run[]>(names.map((name) => [name, []]));
  for (let round = 0; round <= rounds; round += 1) {
    for (const name of names) {
      const run = await measuredRun(commands[name]);
      if (round > 0) runs.get(name)?.push(run);
    }
  }
  return Object.fromEntries(names.map((name) => [name, mediansOf(runs.get(name) ?? [])])) as Record<
    K,
    Medians
  >;
}

function mediansOf(runs: readonly Run[]): Medians {
  const of = (key: keyof Run): number => median(runs.map((run) => run[key]));
  const walls = runs.map(({ wallMs }) => wallMs);
  return {
    wallMs: of('wallMs'),
    cpuMs: of('cpuMs'),
    peakBytes: of('peakBytes'),
    spreadMs: [Math.min(...walls), Math.max(...walls)],
  };
}
