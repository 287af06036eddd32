import { CONFIG_FLAGS } from '../cli/config-flags.ts';
import type { FlagValues } from '../cli/flag.ts';

/** The configuration flags on an unfinished command line; commander is not loaded for this, the shell waits. */
export function configOfLine(line: readonly string[]): FlagValues {
  const values: Record<string, string | boolean | string[]> = {};
  for (const [index, word] of line.entries()) {
    const [name, inline] = word.split(/=(.*)/s, 2);
    const flag = CONFIG_FLAGS.find(
      ({ long, short }) => name === `--${long}` || (short && name === `-${short}`),
    );
    if (!flag) continue;
    const value = inline ?? line[index + 1];
    if (flag.value === undefined) values[flag.long] = inline !== 'false';
    else if (flag.repeated && value !== undefined) {
      values[flag.long] = [...((values[flag.long] as string[] | undefined) ?? []), value];
    } else if (value !== undefined) values[flag.long] = value;
  }
  return values;
}
