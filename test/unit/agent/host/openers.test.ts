import { mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openersOf } from '../../../../agent/host/openers.ts';
import { temporaryFolder } from '../../../builders/temporary-folder.ts';

/** Two block devices of this machine; they are looked at, never opened. */
const [device = '', other = ''] = readdirSync('/dev')
  .map((name) => join('/dev', name))
  .filter((path) => statSync(path, { throwIfNoEntry: false })?.isBlockDevice() === true);

/** A file that a process has open, with the flags that the kernel tells. */
type Open = string | { path: string; flags: string };

/** A proc file system with these processes, each with these files open; process 9 is ourselves. */
function procWith(processes: Record<number, readonly Open[]>): string {
  const proc = temporaryFolder();
  symlinkSync('9', join(proc, 'self'));
  for (const [pid, files] of Object.entries(processes)) {
    for (const folder of ['fd', 'fdinfo']) mkdirSync(join(proc, pid, folder), { recursive: true });
    writeFileSync(join(proc, pid, 'cmdline'), `program${pid}\0--data\0`);
    files.forEach((file, fd) => {
      const { path, flags } = typeof file === 'string' ? { path: file, flags: '0100000' } : file;
      symlinkSync(path, join(proc, pid, 'fd', String(fd)));
      writeFileSync(join(proc, pid, 'fdinfo', String(fd)), `pos:\t0\nflags:\t${flags}\nmnt_id:\t30\n`);
    });
  }
  return proc;
}

test.skipIf(other === '')(
  'a process with the device open is found, however the path is called; ours and those of other devices are not',
  async () => {
    const alias = join(temporaryFolder(), 'alias');
    symlinkSync(device, alias);
    const proc = procWith({ 4: ['/dev/null', alias, alias], 5: [other], 6: ['/nowhere'], 9: [alias] });
    const found = { path: device, pid: 4, command: 'program4 --data' };
    expect(await openersOf([device], proc)).toEqual([found]);
  },
);

test.skipIf(other === '')('several devices are looked for in one go', async () => {
  const proc = procWith({ 4: [device], 5: [other, device] });
  const found = (await openersOf([device, other], proc)).map(({ path, pid }) => [path, pid]);
  expect(found.sort()).toEqual(
    [
      [device, 4],
      [device, 5],
      [other, 5],
    ].sort(),
  );
});

test.skipIf(device === '').each([
  ['O_RDONLY', '0100000', []],
  ['O_WRONLY', '0100001', [4]],
  ['O_RDWR with O_DIRECT and O_CLOEXEC', '02140002', [4]],
  ['O_PATH', '012000000', []],
  ['flags of an unknown form', 'none', [4]],
])('who has it open %s counts as a writer only if it could be one', async (_, flags, pids) => {
  const proc = procWith({ 4: [{ path: device, flags }] });
  expect((await openersOf([device], proc, { writing: true })).map(({ pid }) => pid)).toEqual(pids);
});

test.skipIf(device === '')('a process that cannot be looked into is no proof of absence', async () => {
  const proc = procWith({ 4: [] });
  mkdirSync(join(proc, '7'));
  symlinkSync('fd', join(proc, '7', 'fd'));
  await expect(openersOf([device], proc)).rejects.toThrow('ELOOP');
});
