import { join } from 'node:path';
import { prefetchAll } from '../assets/prefetch.ts';
import type { Cli, Verb } from './cli.ts';

/** Fills the asset cache, so that what follows needs no network and starts at once. */
export async function assets(cli: Cli): Verb {
  await prefetchAll(cli.ctx, { repoDir: join(import.meta.dirname, '..', '..') });
  cli.stdout.write(`the lab's assets are in ${cli.ctx.cacheDir}\n`);
  return 0;
}
