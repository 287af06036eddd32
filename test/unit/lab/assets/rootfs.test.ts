import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { debianTree } from '../../../../lab/assets/rootfs.ts';
import { assetContext } from '../../../builders/asset-context.ts';
import { temporaryFolder } from '../../../builders/temporary-folder.ts';

/** A machine on which dpkg knows no package; each program writes down how it was called. */
function freshMachine(userID: number): { path: string; calls: () => string[] } {
  const dir = temporaryFolder();
  const log = join(dir, 'calls');
  writeFileSync(log, '');
  const program = (name: string, script: string): void => {
    writeFileSync(join(dir, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(dir, name), 0o755);
  };
  program('id', `echo ${userID}`);
  program('dpkg-query', 'exit 1');
  program('apt-get', `echo "apt-get $1" >> ${log}`);
  program('mmdebstrap', `echo mmdebstrap >> ${log}`);
  const calls = (): string[] => readFileSync(log, 'utf8').split('\n').slice(0, -1);
  return { path: `${dir}:${process.env.PATH ?? ''}`, calls };
}

describe('a Debian tree', () => {
  it('is made on a machine that has nothing installed: what makes it is installed first', async () => {
    const { path, calls } = freshMachine(0);
    await debianTree(assetContext(temporaryFolder(), { env: { PATH: path } }), 'tree', ['lvm2'], '/nowhere');
    expect(calls()).toEqual(['apt-get update', 'apt-get install', 'mmdebstrap']);
  });

  it('needs root, and says so before anything is installed', async () => {
    const { path, calls } = freshMachine(1000);
    const ctx = assetContext(temporaryFolder(), { env: { PATH: path } });
    await expect(debianTree(ctx, 'tree', ['lvm2'], '/nowhere')).rejects.toThrow(/needs root/);
    expect(calls()).toEqual([]);
  });
});
