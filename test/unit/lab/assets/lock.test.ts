import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { cachedAsset } from '../../../../lab/assets/store.ts';
import { withLock } from '../../../../lab/assets/lock.ts';
import { assetContext } from '../../../builders/asset-context.ts';
import { temporaryFolder } from '../../../builders/temporary-folder.ts';

const program = join(import.meta.dirname, '..', '..', '..', 'fixtures', 'lab', 'build-asset.main.ts');

/** Another process that builds the asset `things/a`; `gate` is a file whose appearance lets its build end. */
function builder(cacheDir: string, gate: string): ChildProcess & { said: () => Promise<string> } {
  const child = spawn(process.execPath, [program, cacheDir, gate], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const said = async (): Promise<string> => String(await once(child.stdout, 'data')).trim();
  return Object.assign(child, { said });
}

describe('the lock of the asset cache', () => {
  it('lets only one of two processes build, and both get the same whole asset', async () => {
    const dir = temporaryFolder();
    const gate = join(dir, 'gate');
    const first = builder(dir, gate);
    expect(await first.said()).toBe('building');
    const second = builder(dir, gate);
    expect(await second.said()).toContain('waiting for another process');
    const ends = Promise.all([once(first, 'exit'), once(second, 'exit')]);
    mkdirSync(gate);
    expect(await ends).toEqual([
      [0, null],
      [0, null],
    ]);
    expect(readFileSync(join(dir, 'things', 'a', 'built-by'), 'utf8')).toBe(String(first.pid));
  });

  it('is free, and the half-built asset thrown away, when its holder is killed', async () => {
    const dir = temporaryFolder();
    const killed = builder(dir, join(dir, 'never'));
    expect(await killed.said()).toBe('building');
    killed.kill('SIGKILL');
    const ctx = assetContext(dir);
    const asset = await cachedAsset(ctx, { kind: 'things', id: 'a', build: () => Promise.resolve() });
    expect(existsSync(join(asset, 'built-by'))).toBe(false);
  });

  it('is not waited for once the asker has given up', async () => {
    const giveUp = new AbortController();
    const dir = temporaryFolder();
    const outer = assetContext(dir);
    const inner = assetContext(dir, {
      signal: giveUp.signal,
      progress: () => giveUp.abort(new Error('given up')),
    });
    const nested = withLock(outer, 'x', () => withLock(inner, 'x', () => Promise.resolve('never')));
    await expect(nested).rejects.toThrow('given up');
  });

  it('is free again after the work has failed', async () => {
    const ctx = assetContext(temporaryFolder());
    await expect(withLock(ctx, 'x', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await withLock(ctx, 'x', () => Promise.resolve('yes'))).toBe('yes');
  });
});
