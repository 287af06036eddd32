import { UsageError } from '../errors/usage.ts';
import { textOf, type FlagValues } from './flag.ts';

/** The value of a flag that takes one of these words; undefined when it was not given. Throws UsageError. */
export function choiceOf<T extends string>(
  flags: FlagValues,
  long: string,
  words: readonly T[],
): T | undefined {
  const text = textOf(flags, long);
  if (text === undefined) return undefined;
  const found = words.find((word) => word === text);
  if (found !== undefined) return found;
  throw new UsageError(
    `invalid argument "${text}" for "--${long}" flag: expected one of ${words.join(', ')}`,
  );
}
