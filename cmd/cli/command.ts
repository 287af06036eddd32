import { Option, type Command } from 'commander';
import { oppositeOf } from './argv.ts';
import type { Flag, FlagValues } from './flag.ts';

/** Adds flags to a commander command, hidden from its help when they are listed elsewhere. */
export function addFlags(command: Command, flags: readonly Flag[], options: { hidden?: boolean } = {}): void {
  for (const flag of flags) {
    for (const option of optionsOf(flag)) {
      command.addOption(options.hidden ? option.hideHelp() : option);
    }
  }
}

/** A switch becomes two options, so that `--wait=false` has a spelling; the second is never shown. */
function optionsOf(flag: Flag): Option[] {
  const short = flag.short === undefined ? '' : `-${flag.short}, `;
  if (flag.value === undefined) {
    const shown = new Option(`${short}--${flag.long}`, flag.description);
    return [shown, new Option(`--${oppositeOf(flag.long)}`).hideHelp()];
  }
  const option = new Option(`${short}--${flag.long} <${flag.value}>`, flag.description);
  return [flag.repeated ? option.argParser(collect) : option];
}

const collect = (value: string, previous: string[] | undefined): string[] => [...(previous ?? []), value];

/** What was given for each flag; switches get their default. */
export function readFlags(command: Command, flags: readonly Flag[]): FlagValues {
  return Object.fromEntries(flags.map((flag) => [flag.long, readFlag(command, flag)]));
}

function readFlag(command: Command, flag: Flag): FlagValues[string] {
  const negative = flag.value === undefined && flag.long.startsWith('no-');
  const name = new Option(`--${negative ? flag.long.slice(3) : flag.long}`).attributeName();
  const value: unknown = command.getOptionValue(name);
  if (negative) return value === false;
  if (flag.value === undefined) return value === undefined ? flag.on === true : value === true;
  return value as FlagValues[string];
}
