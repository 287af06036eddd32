import { parseArgs } from 'node:util';

/** What a torture was asked for. */
export interface TortureOptions {
  rounds: number;
  /** Of all that is left to chance. */
  seed: number;
  /** Only this one of the rounds, so that a wrong outcome can be played again. */
  only?: number;
}

export const USAGE = 'usage: npm run torture -- agent [--rounds 10] [--seed 1] [--only ROUND]';

/** Reads the command line. Throws an Error that names what was wrong. */
export function tortureOptions(args: readonly string[]): TortureOptions {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { rounds: { type: 'string' }, seed: { type: 'string' }, only: { type: 'string' } },
  });
  if (positionals.length !== 1 || positionals[0] !== 'agent')
    throw new Error(`Expected what to torture, which is \`agent\`, got \`${positionals.join(' ')}\``);
  const rounds = positive('rounds', values.rounds ?? '10');
  const seed = positive('seed', values.seed ?? '1');
  if (values.only === undefined) return { rounds, seed };
  return { rounds, seed, only: positive('only', values.only) };
}

function positive(name: string, text: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && number > 0) return number;
  throw new Error(`Expected --${name} to be a whole number above 0, got \`${text}\``);
}
