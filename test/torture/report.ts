import type { SeenKill } from './agent-unit.ts';

/** A kill in a line of the log: when after the agent's start or its first write, whom, and amid what. */
export function killLine({ amid, seconds, whom, hit, doing }: SeenKill): string {
  const when = `${seconds.toFixed(2)} s ${amid === 'a write' ? 'into a write' : 'old'}`;
  if (!hit) return `${when}: had ended by itself`;
  const programs = doing === '' ? '' : ` amid \`${doing}\``;
  return `${when}: ${whom === 'all' ? 'killed with its programs' : 'killed'}${programs}`;
}

export const cutLine = (seconds: number): string => `${seconds.toFixed(2)} s later the power cut`;

/** What came of it all. */
export interface Outcome {
  seed: number;
  rounds: number;
  kills: number;
  cuts: number;
  /** Acknowledged records that were looked for. */
  records: number;
  minutes: number;
  wrong: readonly string[];
}

export function outcomeTable({ seed, rounds, kills, cuts, records, minutes, wrong }: Outcome): string {
  const row = (...cells: (string | number)[]): string =>
    cells
      .map((cell) => String(cell).padEnd(13))
      .join('')
      .trimEnd();
  return [
    row('SEED', 'ROUNDS', 'KILLS', 'POWER CUTS', 'RECORDS KEPT', 'MINUTES', 'WRONG OUTCOMES'),
    row(seed, rounds, kills, cuts, records, minutes.toFixed(1), wrong.length),
    ...wrong.map((line) => `WRONG: ${line}`),
  ].join('\n');
}
