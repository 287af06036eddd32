import { parseDuration } from '../../api/duration.ts';
import { UsageError } from '../errors/usage.ts';
import { isOn, textOf, type Flag, type FlagValues } from './flag.ts';

/** Flags of verbs that order work and follow it. */
export const WAIT_FLAGS: readonly Flag[] = [
  {
    long: 'wait',
    on: true,
    description: 'Wait for the end of the work (default); --wait=false only gives the order',
  },
  {
    long: 'timeout',
    value: 'DURATION',
    description: 'How long to wait for each node (default 10m); 0 means no limit',
  },
];

/** Reads WAIT_FLAGS. */
export function waitOf(flags: FlagValues): { wait: boolean; timeoutMs: number } {
  return { wait: isOn(flags, 'wait'), timeoutMs: timeoutOf(flags, '10m') };
}

/** Milliseconds of `--timeout`, 0 for no limit. Throws UsageError in the words of kubectl's flag parser. */
export function timeoutOf(flags: FlagValues, usual: string): number {
  const text = textOf(flags, 'timeout') ?? usual;
  try {
    return parseDuration(text.replace(/^0s$/, '0'));
  } catch (cause) {
    throw new UsageError(`invalid argument "${text}" for "--timeout" flag: ${(cause as Error).message}`, {
      cause,
    });
  }
}
