import { mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openersOf } from '../../../../agent/host/openers.ts';
import { temporaryFolder } from '../../../builders/temporary-folder.ts';

/** Two block devices of this machine; they are looked at, never opened. */
const [device, other] = readdirSync('/dev')
  .map((name) => join('/dev', name))
  .filter((path) => statSync(path, { throwIfNoEntry: false })?.isBlockDevice() === true);

/** A proc file system with these processes, each with these files open; process 9 is ourselves. */
function procWith(processes: Record<number, readonly string[]>): string {
  const proc = temporaryFolder();
  symlinkSync('9', join(proc, 'self'));
  for (const [pid, files] of Object.entries(processes)) {
    mkdirSync(join(proc, pid, 'fd'), { recursive: true });
    writeFileSync(join(proc, pid, 'cmdline'), `program${pid}\0--data\0`);
    files.forEach((file, fd) => symlinkSync(file, join(proc, pid, 'fd', String(fd))));
  }
  return proc;
}

test.skipIf(device === undefined || other === undefined)(
  'a process with the device open is found, however the path is called; ours and those of other devices are not',
  async () => {
    const alias = join(temporaryFolder(), 'alias');
    symlinkSync(device ?? '', alias);
    const proc = procWith({ 4: ['/dev/null', alias], 5: [other ?? ''], 6: ['/nowhere'], 9: [alias] });
    expect(await openersOf(device ?? '', proc)).toEqual([{ pid: 4, command: 'program4 --data' }]);
  },
);

test.skipIf(device === undefined)('a process that cannot be looked into is no proof of absence', async () => {
  const proc = procWith({ 4: [] });
  mkdirSync(join(proc, '7'));
  symlinkSync('fd', join(proc, '7', 'fd'));
  await expect(openersOf(device ?? '', proc)).rejects.toThrow('ELOOP');
});
