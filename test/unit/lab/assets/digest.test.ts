import { chmodSync, mkdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { digestOf, fileSha256, treeFacts } from '../../../../lab/assets/digest.ts';
import { temporaryFolder } from '../../../builders/temporary-folder.ts';

function guest(script: string, mode: number): string {
  const dir = temporaryFolder();
  mkdirSync(join(dir, 'etc'));
  writeFileSync(join(dir, 'etc', 'start'), script);
  chmodSync(join(dir, 'etc', 'start'), mode);
  symlinkSync('start', join(dir, 'etc', 'alias'));
  return dir;
}

describe('a cache key', () => {
  it('does not depend on the order of the keys', () => {
    expect(digestOf({ a: 1, b: ['x', true] })).toBe(digestOf({ b: ['x', true], a: 1 }));
  });

  it('differs when a value or the order of a list differs', () => {
    const keys = [{ a: ['x', 'y'] }, { a: ['y', 'x'] }, { a: ['xy'] }, { a: 'xy' }, { a: '1' }, { a: 1 }];
    expect(new Set(keys.map(digestOf)).size).toBe(keys.length);
  });

  it('of a tree follows content and executable bits, and not dates', async () => {
    const dir = guest('one', 0o644);
    const key = digestOf(await treeFacts(dir));
    utimesSync(join(dir, 'etc', 'start'), 1, 1);
    expect(digestOf(await treeFacts(dir))).toBe(key);
    expect(digestOf(await treeFacts(guest('one', 0o644)))).toBe(key);
    expect(digestOf(await treeFacts(guest('one', 0o755)))).not.toBe(key);
    expect(digestOf(await treeFacts(guest('two', 0o644)))).not.toBe(key);
  });

  it('of a file is its SHA-256', async () => {
    const path = join(temporaryFolder(), 'empty');
    writeFileSync(path, '');
    expect(await fileSha256(path)).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  });
});
