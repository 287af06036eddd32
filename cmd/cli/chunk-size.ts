import { UsageError } from '../errors/usage.ts';
import { textOf, type Flag, type FlagValues } from './flag.ts';

/** kubectl's flag for large lists, of every verb that prints one. */
export const CHUNK_SIZE_FLAG: Flag = {
  long: 'chunk-size',
  value: 'N',
  description: 'Read large lists in pages of N objects (500 as a rule); 0 for all at once',
};

/** The pages that CHUNK_SIZE_FLAG asks for; none when it is not given. Throws UsageError. */
export function chunkOf(flags: FlagValues): { limit?: number } {
  const text = textOf(flags, CHUNK_SIZE_FLAG.long);
  if (text === undefined) return {};
  if (/^\d{1,9}$/.test(text)) return { limit: Number(text) };
  throw new UsageError(
    `invalid argument "${text}" for "--chunk-size" flag: expected a number of objects, or 0 for all at once`,
  );
}
