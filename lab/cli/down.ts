import { existsSync } from 'node:fs';
import { labDir, labNames, removeLab } from '../lab-record.ts';
import type { Cli, Verb } from './cli.ts';

/** Ends one lab, or all; a lab that is not there is said and is no error, as what was wanted is so. */
export async function down(cli: Cli, flags: { name: string; all?: boolean }): Verb {
  const names = flags.all === true ? await labNames(cli.ctx) : [flags.name];
  for (const name of names) {
    const dir = labDir(cli.ctx, name);
    if (!existsSync(dir)) {
      cli.stdout.write(`there is no lab "${name}"\n`);
      continue;
    }
    await removeLab(dir);
    cli.stdout.write(`lab "${name}" ended\n`);
  }
  if (names.length === 0) cli.stdout.write('No labs found\n');
  return 0;
}
