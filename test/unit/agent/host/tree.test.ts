import {
  chmod,
  link,
  mkdir,
  readdir,
  readFile,
  readlink,
  rename,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { mountsElsewhere } from '../../../../agent/host/mounts-elsewhere.ts';
import { createHost } from '../../../../agent/host/real-host.ts';
import { systemClock } from '../../../../kube/system-clock.ts';
import { temporaryFolder } from '../../../builders/temporary-folder.ts';

/** A host whose root is an empty folder. */
function emptyHost() {
  const folder = temporaryFolder();
  const host = createHost({ rootMount: folder, env: process.env, clock: systemClock() });
  return {
    folder,
    host,
    under: (...parts: string[]): string => join(folder, ...parts),
    locked: <T>(work: () => Promise<T>): Promise<T> => host.withWriteLock(5000, work),
  };
}

describe('directories of the host', () => {
  it('removes a tree, and nothing that links in it lead to', async () => {
    const { folder, host, under, locked } = emptyHost();
    await mkdir(under('keep'), { recursive: true });
    await writeFile(under('keep', 'file'), 'precious');
    await mkdir(under('tree', 'deep'), { recursive: true });
    await symlink(under('keep'), under('tree', 'out'));
    await symlink('/keep', under('tree', 'deep', 'as-the-host'));
    await locked(() => host.removeTree('/tree'));
    expect(await readdir(folder)).not.toContain('tree');
    expect(await readFile(under('keep', 'file'), 'utf8')).toBe('precious');
  });

  it('removes a link that stands for the tree, not what it means', async () => {
    const { folder, host, under, locked } = emptyHost();
    await mkdir(under('meant'), { recursive: true });
    await symlink('/meant', under('link'));
    await locked(() => host.removeTree('/link'));
    expect(await readdir(folder)).toContain('meant');
  });

  it('removes names and files of every kind, and nothing of what is linked from elsewhere', async () => {
    const { folder, host, under, locked } = emptyHost();
    await mkdir(under('tree'));
    await mkdir(under('keep'));
    await writeFile(under('keep', 'file'), 'precious');
    await link(under('keep', 'file'), under('tree', 'hard link'));
    for (const name of ['--help', 'two\nlines', '*', ' ', '$(reboot)'])
      await writeFile(under('tree', name), '');
    await writeFile(Buffer.from(`${under('tree')}/\xff\xfe`, 'latin1'), 'no UTF-8');
    await host.run(['mkfifo', under('tree', 'pipe')]);
    await chmod(under('tree'), 0o000);
    await locked(() => host.removeTree('/tree'));
    expect(await readdir(folder)).not.toContain('tree');
    expect(await readFile(under('keep', 'file'), 'utf8')).toBe('precious');
  });

  it('removes a tree that is deeper than any path is long', async () => {
    const { folder, host, under, locked } = emptyHost();
    const level = 'd'.repeat(200);
    const dig = `i=0; while [ $i -lt 60 ]; do mkdir ${level} && cd -P ${level} || exit 1; i=$((i+1)); done`;
    await mkdir(under('tree'));
    await host.run(['sh', '-c', `cd "$1" && ${dig}`, 'dig', under('tree')]);
    await locked(() => host.removeTree('/tree'));
    expect(await readdir(folder)).not.toContain('tree');
  });

  it('is led nowhere by a directory that becomes a link while it is removed', async () => {
    const { host, under, locked } = emptyHost();
    await mkdir(under('keep', 'sub'), { recursive: true });
    await writeFile(under('keep', 'sub', 'file'), 'precious');
    for (let place = 0; place < 200; place += 1)
      await mkdir(under('tree', String(place), 'sub'), { recursive: true });
    let over = false;
    const swap = async (): Promise<void> => {
      for (let place = 0; !over; place = (place + 1) % 200) {
        await rename(under('tree', String(place)), under(`moved-${place}`)).catch(() => undefined);
        await symlink(under('keep'), under('tree', String(place))).catch(() => undefined);
      }
    };
    const swapping = swap();
    await locked(() => host.removeTree('/tree')).catch(() => undefined);
    over = true;
    await swapping;
    expect(await readFile(under('keep', 'sub', 'file'), 'utf8')).toBe('precious');
  });

  it('renames an entry, a link as a link', async () => {
    const { host, under, locked } = emptyHost();
    await symlink('/nowhere', under('old'));
    await locked(() => host.rename('/old', '/new'));
    expect(await readlink(under('new'))).toBe('/nowhere');
  });

  it('neither renames nor removes without the write lock', async () => {
    const { host, under } = emptyHost();
    await mkdir(under('tree'), { recursive: true });
    await expect(host.removeTree('/tree')).rejects.toThrow('Expected the write lock');
    await expect(host.rename('/tree', '/other')).rejects.toThrow('Expected the write lock');
  });
});

describe('mounts of a device in other mount namespaces', () => {
  const line = (device: string, root: string, point: string): string =>
    `30 1 ${device} ${root} ${point} rw shared:1 - ext4 /dev/nvme1n1 rw\n`;
  async function addProcess(
    folder: string,
    pid: number,
    namespace: string,
    mountinfo: string,
  ): Promise<void> {
    const proc = join(folder, String(pid));
    await mkdir(join(proc, 'ns'), { recursive: true });
    await symlink(`mnt:[${namespace}]`, join(proc, 'ns', 'mnt'));
    await writeFile(join(proc, 'mountinfo'), mountinfo);
    await writeFile(join(proc, 'cmdline'), `program-${pid}\0`);
  }

  it('are told once a namespace, the host’s own left out', async () => {
    const folder = temporaryFolder();
    await addProcess(folder, 1, '1', line('259:3', '/', '/pv-disks/u'));
    await addProcess(folder, 7, '1', line('259:3', '/', '/pv-disks/u'));
    await addProcess(folder, 8, '2', `${line('259:3', '/data', '/var/lib/db')}${line('8:1', '/', '/')}`);
    await addProcess(folder, 9, '2', line('259:3', '/data', '/var/lib/db'));
    await addProcess(folder, 10, '3', line('259:4', '/data', '/other'));
    expect(await mountsElsewhere('259:3', folder)).toEqual([
      { root: '/data', mountPoint: '/var/lib/db', holder: 'program-8 (PID 8)' },
    ]);
  });
});
