import { UsageError } from '../errors/usage.ts';
import type { Flag } from './flag.ts';

/**
 * Rewrites the spellings of kubectl's flag parser (pflag) that commander reads otherwise: `--wait=false`,
 * `--watch=true`, a bare `--dry-run` that must not swallow the next word, and `-o=json`. Stops at `--`. Throws UsageError
 * for a switch whose value is neither true nor false.
 */
export function normalizeArgv(argv: readonly string[], flags: readonly Flag[]): string[] {
  const end = argv.indexOf('--');
  const options = end < 0 ? argv : argv.slice(0, end);
  return [...options.map((word) => normalize(word, flags)), ...(end < 0 ? [] : argv.slice(end))];
}

function normalize(word: string, flags: readonly Flag[]): string {
  const short = /^-([A-Za-z])=(.*)$/s.exec(word);
  if (short) return shortWithEquals(word, short[1] ?? '', short[2] ?? '', flags);
  const long = /^--([^=]+)(?:=(.*))?$/s.exec(word);
  const flag = flags.find((candidate) => candidate.long === long?.[1]);
  if (flag === undefined) return word;
  const value = long?.[2];
  if (value === undefined) return flag.bare === undefined ? word : `${word}=${flag.bare}`;
  return flag.value === undefined ? switchSpelling(flag, value) : word;
}

function shortWithEquals(word: string, letter: string, value: string, flags: readonly Flag[]): string {
  const flag = flags.find(({ short }) => short === letter);
  if (flag === undefined) return word;
  return flag.value === undefined ? switchSpelling(flag, value) : `-${letter}${value}`;
}

function switchSpelling(flag: Flag, value: string): string {
  if (/^(?:true|t|1)$/i.test(value)) return `--${flag.long}`;
  if (/^(?:false|f|0)$/i.test(value)) return `--${oppositeOf(flag.long)}`;
  const shown = flag.short === undefined ? `--${flag.long}` : `-${flag.short}, --${flag.long}`;
  throw new UsageError(`invalid argument "${value}" for "${shown}" flag: expected true or false`);
}

/** The switch that takes another one back; commander reads `--no-x` as the opposite of `--x`. */
export const oppositeOf = (long: string): string => (long.startsWith('no-') ? long.slice(3) : `no-${long}`);
