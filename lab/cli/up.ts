import { startLab } from '../lab.ts';
import type { Cli, UpFlags, Verb } from './cli.ts';

/** Starts a lab that stays, and says how to use it. */
export async function up(cli: Cli, flags: UpFlags): Verb {
  const began = performance.now();
  const lab = await startLab(cli.ctx, flags);
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  const select = flags.name === 'lab' ? '' : ` --name ${flags.name}`;
  cli.stdout.write(
    `lab "${lab.name}" is up after ${seconds} s: ${lab.apiServer}\n` +
      `  use it:  eval "$(npm run --silent lab -- env${select})"\n` +
      `  end it:  npm run lab -- down${select}\n`,
  );
  return 0;
}
