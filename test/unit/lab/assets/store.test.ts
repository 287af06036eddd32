import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cachedAsset, pruneKind } from '../../../../lab/assets/store.ts';
import { assetContext } from '../../../builders/asset-context.ts';
import { temporaryFolder } from '../../../builders/temporary-folder.ts';

const writes = (text: string) => (dir: string) => {
  writeFileSync(join(dir, 'content'), text);
  return Promise.resolve();
};

describe('the asset cache', () => {
  it('builds an asset once and finds it afterwards', async () => {
    const ctx = assetContext(temporaryFolder());
    const first = await cachedAsset(ctx, { kind: 'things', id: 'a-1', build: writes('first') });
    const second = await cachedAsset(ctx, { kind: 'things', id: 'a-1', build: writes('second') });
    expect(second).toBe(first);
    expect(readFileSync(join(second, 'content'), 'utf8')).toBe('first');
  });

  it('leaves nothing under the final name when a build fails, and the next build starts clean', async () => {
    const ctx = assetContext(temporaryFolder());
    const failing = async (dir: string): Promise<void> => {
      await writes('half')(dir);
      throw new Error('disk full');
    };
    await expect(cachedAsset(ctx, { kind: 'things', id: 'a', build: failing })).rejects.toThrow('disk full');
    expect(existsSync(join(ctx.cacheDir, 'things', 'a'))).toBe(false);
    const dir = await cachedAsset(ctx, { kind: 'things', id: 'a', build: () => Promise.resolve() });
    expect(readdirSync(dir)).toEqual([]);
  });

  it('keeps the most recently used assets of a kind and says what it removes', async () => {
    const ctx = assetContext(temporaryFolder());
    for (const id of ['1', '2', '3', '4', '5.partial']) {
      mkdirSync(join(ctx.cacheDir, 'disks', id), { recursive: true });
    }
    await pruneKind(ctx, 'disks', 2, (dir) => Promise.resolve(Number(dir.split('/').at(-1))));
    expect(readdirSync(join(ctx.cacheDir, 'disks')).sort()).toEqual(['3', '4', '5.partial']);
    expect(ctx.lines).toEqual(['disks: removing the old 2', 'disks: removing the old 1']);
  });
});
