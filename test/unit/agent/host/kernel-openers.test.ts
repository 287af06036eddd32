import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { kernelOpenersOf } from '../../../../agent/host/kernel-openers.ts';
import { temporaryFolder } from '../../../builders/temporary-folder.ts';

/** Two block devices of this machine; they are looked at, never opened. */
const [device = '', other = ''] = readdirSync('/dev')
  .map((name) => join('/dev', name))
  .filter((path) => statSync(path, { throwIfNoEntry: false })?.isBlockDevice() === true);

/** What the kernel tells, as files below a folder. */
function kernelWith(files: Record<string, string>): { block: string; config: string } {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'block'));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return { block: join(folder, 'block'), config: join(folder, 'config') };
}

const usersOf = (files: Record<string, string>): Promise<string[]> =>
  kernelOpenersOf(device, (path) => Promise.resolve(path), kernelWith(files));

describe.skipIf(other === '')('users of a drive inside the kernel that no process shows', () => {
  it.each<[string, Record<string, string>, string[]]>([
    ['a loop device', { 'block/loop3/loop/backing_file': `${device}\n` }, ['loop3']],
    [
      'an NVMe target',
      { 'config/nvmet/subsystems/nqn.a/namespaces/1/device_path': `${device}\n` },
      ['NVMe target nqn.a/1'],
    ],
    [
      'a SCSI target',
      { 'config/target/core/fileio_0/disk/udev_path': device, 'config/target/core/fileio_0/hba_info': 'x' },
      ['SCSI target fileio_0/disk'],
    ],
    ['those of another drive', { 'config/nvmet/subsystems/nqn.a/namespaces/1/device_path': other }, []],
    ['one that has no backing yet', { 'config/nvmet/subsystems/nqn.a/namespaces/1/device_path': '' }, []],
    ['a loop device over a file that is gone', { 'block/loop0/loop/backing_file': '/gone (deleted)' }, []],
    ['a kernel without any of them', { 'block/loop0/size': '0' }, []],
  ])('are told: %s', async (_, files, users) => {
    expect(await usersOf(files)).toEqual(users);
  });
});
