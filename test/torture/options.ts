import { parseArgs } from 'node:util';
import type { Roughness } from './round-plan.ts';

/** What a torture was asked for. */
export interface TortureOptions extends Roughness {
  rounds: number;
  /** Of all that is left to chance. */
  seed: number;
  /** Only this one of the rounds, so that a wrong outcome can be played again. */
  only?: number;
}

export const USAGE =
  'usage: npm run torture -- agent [--rounds 10] [--seed 1] [--kills 32] [--cuts 2] [--only ROUND]';

/** Reads the command line. Throws an Error that names what was wrong. */
export function tortureOptions(args: readonly string[]): TortureOptions {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      ...{ rounds: { type: 'string' }, seed: { type: 'string' }, only: { type: 'string' } },
      ...{ kills: { type: 'string' }, cuts: { type: 'string' } },
    },
  });
  if (positionals.length !== 1 || positionals[0] !== 'agent')
    throw new Error(`Expected what to torture, which is \`agent\`, got \`${positionals.join(' ')}\``);
  const options = {
    rounds: whole('rounds', values.rounds ?? '10', 1),
    seed: whole('seed', values.seed ?? '1', 1),
    kills: whole('kills', values.kills ?? '32', 0),
    cuts: whole('cuts', values.cuts ?? '2', 0),
  };
  return values.only === undefined ? options : { ...options, only: whole('only', values.only, 1) };
}

function whole(name: string, text: string, least: number): number {
  const number = Number(text);
  if (text !== '' && Number.isInteger(number) && number >= least) return number;
  throw new Error(`Expected --${name} to be a whole number from ${least} up, got \`${text}\``);
}
