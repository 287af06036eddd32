import { parseArgs } from 'node:util';

/** What a soak was asked for. */
export interface SoakOptions {
  minutes: number;
  /** Nodes that live at a time, about. */
  nodes: number;
  /** Of all that is left to chance. */
  seed: number;
}

export const USAGE = 'usage: npm run soak -- [--minutes 60] [--nodes 40] [--seed 1]';

/** Reads the command line. Throws an Error that names what was wrong. */
export function soakOptions(args: readonly string[]): SoakOptions {
  const { values } = parseArgs({
    args: [...args],
    options: { minutes: { type: 'string' }, nodes: { type: 'string' }, seed: { type: 'string' } },
  });
  return {
    minutes: positive('minutes', values.minutes ?? '60'),
    nodes: positive('nodes', values.nodes ?? '40'),
    seed: positive('seed', values.seed ?? '1'),
  };
}

function positive(name: string, text: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && number > 0) return number;
  throw new Error(`Expected --${name} to be a whole number above 0, got \`${text}\``);
}
