import { openLab } from '../lab.ts';
import type { Cli, Verb } from './cli.ts';

/** Prints `export` lines for a POSIX shell. */
export async function printEnv(cli: Cli, flags: { name: string }): Verb {
  const lab = await openLab(cli.ctx, flags.name);
  for (const [name, value] of Object.entries(lab.env())) {
    cli.stdout.write(`export ${name}=${shellQuoted(value)}\n`);
  }
  return 0;
}

/** A value as one word of a POSIX shell. */
export function shellQuoted(value: string): string {
  return `'${value.replaceAll("'", String.raw`'\''`)}'`;
}
