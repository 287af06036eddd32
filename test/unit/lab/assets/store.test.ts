import { existsSync, mkdirSync, readFileSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
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
    for (const [index, id] of ['a', 'b', 'c', 'd.partial-x', 'other'].entries()) {
      const dir = join(ctx.cacheDir, 'disks', id);
      mkdirSync(dir, { recursive: true });
      utimesSync(dir, index, index);
    }
    await cachedAsset(ctx, { kind: 'disks', id: 'a', build: () => Promise.reject(new Error('built again')) });
    await pruneKind(ctx, 'disks', 2);
    expect(readdirSync(join(ctx.cacheDir, 'disks')).sort()).toEqual(['a', 'd.partial-x', 'other']);
    expect(ctx.lines).toEqual(['disks: removing the old c', 'disks: removing the old b']);
  });
});
