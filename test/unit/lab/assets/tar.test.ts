import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parentEntries, tarBytes, treeEntries, writeTar, type TarEntry } from '../../../../lab/assets/tar.ts';
import { temporaryFolder } from '../../../builders/temporary-folder.ts';

async function bytesOf(entries: readonly TarEntry[]): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of tarBytes(entries)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

describe('a tar archive', () => {
  const hello: TarEntry = { path: 'bin/hello', kind: 'file', mode: 0o755, content: Buffer.from('hello\n') };
  const link: TarEntry = { path: 'bin/hi', kind: 'link', target: 'hello' };

  it('is read by tar with names, modes, owners and content as given', async () => {
    const dir = temporaryFolder();
    await writeTar(join(dir, 'a.tar'), [hello, link, ...parentEntries('bin/hello')]);
    const list = execFileSync('tar', ['--utc', '--numeric-owner', '-tvf', join(dir, 'a.tar')], {
      encoding: 'utf8',
    });
    expect(list.split('\n').map((line) => line.replace(/ +/g, ' '))).toEqual([
      'drwxr-xr-x 0/0 0 1970-01-01 00:00 bin/',
      '-rwxr-xr-x 0/0 6 1970-01-01 00:00 bin/hello',
      'lrwxrwxrwx 0/0 0 1970-01-01 00:00 bin/hi -> hello',
      '',
    ]);
    execFileSync('tar', ['-xf', join(dir, 'a.tar'), '-C', dir]);
    expect(readFileSync(join(dir, 'bin', 'hi'), 'utf8')).toBe('hello\n');
  });

  it('has the same bytes whatever the order of the entries and however often a folder is named', async () => {
    const folders = parentEntries('bin/hello');
    const once = await bytesOf([...folders, hello, link]);
    expect(await bytesOf([link, ...folders, hello, ...folders])).toEqual(once);
  });

  it('has the same bytes for trees that differ only in dates and in modes beyond the executable bit', async () => {
    const trees = [0o644, 0o600].map((mode, index) => {
      const dir = temporaryFolder();
      mkdirSync(join(dir, 'sub'));
      writeFileSync(join(dir, 'sub', 'file'), 'content');
      chmodSync(join(dir, 'sub', 'file'), mode);
      symlinkSync('file', join(dir, 'sub', 'alias'));
      utimesSync(join(dir, 'sub', 'file'), index, index);
      return dir;
    });
    const [first, second] = await Promise.all(
      trees.map(async (dir) => bytesOf(await treeEntries(dir, 'opt/x'))),
    );
    expect(first).toEqual(second);
  });

  it('keeps a path of more than 100 bytes whole', async () => {
    const dir = temporaryFolder();
    const path = `${'folder/'.repeat(15)}${'n'.repeat(90)}`;
    await writeTar(join(dir, 'a.tar'), [{ path, kind: 'file', content: Buffer.alloc(1000, 'x') }]);
    expect(execFileSync('tar', ['-tf', join(dir, 'a.tar')], { encoding: 'utf8' }).trim()).toBe(path);
  });

  it('refuses a path that the format cannot hold', async () => {
    await expect(bytesOf([{ path: 'n'.repeat(101), kind: 'dir' }])).rejects.toThrow(
      'too long for a tar archive',
    );
  });
});
