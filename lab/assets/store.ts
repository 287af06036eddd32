import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { AssetContext } from './context.ts';
import { withLock } from './lock.ts';

/** One thing the cache can hold: a folder `kind/id`, made once by `build` in a folder of its own. */
export interface AssetRequest {
  /** What it is: `binaries`, `kernel`, … */
  kind: string;
  /** Which one, by version and content: two requests with the same id get the same folder. */
  id: string;
  /** One build at a time for the whole kind, not only for the same id. */
  oneAtATime?: boolean;
  build: (dir: string) => Promise<void>;
}

/**
 * The folder of an asset, built when it is not there yet. What stands under the final name is whole: it is
 * built beside it and renamed, so a killed builder leaves only a `.partial` folder, which the next one removes.
 */
export async function cachedAsset(ctx: AssetContext, request: AssetRequest): Promise<string> {
  const target = join(ctx.cacheDir, request.kind, request.id);
  if (await used(target)) return target;
  const scope = request.oneAtATime === true ? request.kind : `${request.kind}-${request.id}`;
  await withLock(ctx, scope.replaceAll('/', '-'), async () => {
    if (!(await used(target))) await buildAside(request, target);
  });
  return target;
}

async function buildAside(request: AssetRequest, target: string): Promise<void> {
  const kindDir = dirname(target);
  await mkdir(kindDir, { recursive: true });
  await removeLeftovers(kindDir, request.oneAtATime === true ? '' : request.id);
  // A name of its own: children of a killed builder may write for a moment after the lock is free.
  const partial = await mkdtemp(`${target}${partialMark}`);
  await chmod(partial, 0o755);
  try {
    await request.build(partial);
    await rename(partial, target);
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    throw error;
  }
}

const partialMark = '.partial-';

/** What killed builders left, whom the lock now held proves dead. */
async function removeLeftovers(kindDir: string, prefix: string): Promise<void> {
  const names = (await readdir(kindDir)).filter(
    (name) => name.startsWith(prefix) && name.includes(partialMark),
  );
  for (const name of names) await rm(join(kindDir, name), { recursive: true, force: true });
}

/** Whether the asset is there; if so its date becomes now, which is what pruning goes by. */
async function used(target: string): Promise<boolean> {
  if (!existsSync(target)) return false;
  const now = new Date();
  try {
    await utimes(target, now, now);
  } catch {
    // A cache that another user filled can be read and not dated, which only brings its pruning nearer.
  }
  return true;
}

/** Removes all but the `keep` most recently used assets of a kind whose names start with `prefix`. */
export async function pruneKind(ctx: AssetContext, kind: string, keep: number, prefix = ''): Promise<void> {
  const kindDir = join(ctx.cacheDir, kind);
  const names = (await readdir(kindDir)).filter(
    (name) => name.startsWith(prefix) && !name.includes(partialMark),
  );
  const dated = await Promise.all(
    names.map(async (name) => ({ name, at: (await stat(join(kindDir, name))).mtimeMs })),
  );
  for (const { name } of dated.sort((a, b) => b.at - a.at).slice(keep)) {
    ctx.progress(`${kind}: removing the old ${name}`);
    await rm(join(kindDir, name), { recursive: true, force: true });
  }
}
