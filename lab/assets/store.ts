import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { AssetContext } from './context.ts';
import { withLock } from './lock.ts';

/** One thing the cache can hold: a folder `kind/id`, made once by `build` in a folder of its own. */
export interface AssetRequest {
  /** What it is: `binaries`, `kernel`, … */
  kind: string;
  /** Which one, by version and content: two requests with the same id get the same folder. */
  id: string;
  /** Requests that must not be built at the same time share a lock; the kind and id unless told. */
  lock?: string;
  build: (dir: string) => Promise<void>;
}

/**
 * The folder of an asset, built when it is not there yet. What stands under the final name is whole: it is
 * built beside it and renamed, so a killed builder leaves only a `.partial` folder, which the next one removes.
 */
export async function cachedAsset(ctx: AssetContext, request: AssetRequest): Promise<string> {
  const parent = join(ctx.cacheDir, request.kind);
  const target = join(parent, request.id);
  if (existsSync(target)) return target;
  return await withLock(
    ctx,
    request.lock ?? `${request.kind}-${request.id}`.replaceAll('/', '-'),
    async () => {
      if (existsSync(target)) return target;
      const partial = `${target}.partial`;
      await rm(partial, { recursive: true, force: true });
      await mkdir(partial, { recursive: true });
      await request.build(partial);
      await rename(partial, target);
      return target;
    },
  );
}

/** Removes all but the newest `keep` folders of a kind; `recency` gives a comparable number for each id. */
export async function pruneKind(
  ctx: AssetContext,
  kind: string,
  keep: number,
  recency: (dir: string) => Promise<number>,
): Promise<void> {
  const parent = join(ctx.cacheDir, kind);
  const ids = (await readdir(parent)).filter((id) => !id.endsWith('.partial'));
  const aged = await Promise.all(ids.map(async (id) => ({ id, at: await recency(join(parent, id)) })));
  for (const { id } of aged.sort((a, b) => b.at - a.at).slice(keep)) {
    ctx.progress(`${kind}: removing the old ${id}`);
    await rm(join(parent, id), { recursive: true, force: true });
  }
}
