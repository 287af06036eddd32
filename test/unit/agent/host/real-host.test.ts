import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createHost } from '../../../../agent/host/real-host.ts';
import { systemClock } from '../../../../kube/system-clock.ts';
import { temporaryFolder } from '../../../builders/temporary-folder.ts';

const mountedRoot = () => {
  const root = temporaryFolder();
  return { root, host: createHost({ rootMount: `${root}/`, env: process.env, clock: systemClock() }) };
};

test('absolute links lead to the host’s root, not to the container’s', async () => {
  const { root, host } = mountedRoot();
  await mkdir(join(root, 'run/data'), { recursive: true });
  await symlink('/run', join(root, 'var'));
  await symlink('data/../data/file', join(root, 'run/link'));
  await writeFile(join(root, 'run/data/file'), 'host');
  expect(await host.realPath('/var/link')).toBe('/run/data/file');
  expect(await host.readFile('/var/link')).toBe('host');
  expect(await host.exists('/var/data')).toBe(true);
  expect(await host.readDirectory('/var')).toEqual(['data', 'link']);
});

test('links that climb above the root stay inside it', async () => {
  const { root, host } = mountedRoot();
  await symlink('../../../../etc', join(root, 'up'));
  expect(await host.exists('/up')).toBe(false);
  await expect(host.realPath('/up')).rejects.toMatchObject({ code: 'ENOENT' });
});

test('links of sysfs and proc are followed by the kernel, and paths that climb out of them by us', async () => {
  const { root, host } = mountedRoot();
  await writeFile(join(root, 'file'), 'host');
  expect(await host.realPath('/proc/self')).toBe(`/proc/${process.pid}`);
  expect(await host.readFile('/proc/../file')).toBe('host');
  expect(await host.readFile('/sys/class/../../file')).toBe('host');
  await expect(host.realPath('/sys/none')).rejects.toMatchObject({ code: 'ENOENT' });
});

test('a loop of links is an error and not for ever', async () => {
  const { root, host } = mountedRoot();
  await symlink('/b', join(root, 'a'));
  await symlink('/a', join(root, 'b'));
  await expect(host.realPath('/a')).rejects.toMatchObject({ code: 'ELOOP' });
});

test('devices, sysfs and proc are read where they are', async () => {
  const { host } = mountedRoot();
  expect(await host.realPath('/dev/null')).toBe('/dev/null');
  expect(await host.exists('/proc/swaps')).toBe(true);
});

test('replaces a file and leaves nothing beside it', async () => {
  const { root, host } = mountedRoot();
  await host.makeDirectory('/var/lib/x');
  await host.writeFile('/var/lib/x/file', 'one');
  await host.writeFile('/var/lib/x/file', 'two');
  expect(await readFile(join(root, 'var/lib/x/file'), 'utf8')).toBe('two');
  expect(await host.readDirectory('/var/lib/x')).toEqual(['file']);
});

test('a missing file says so by its code', async () => {
  const { host } = mountedRoot();
  await expect(host.readFile('/etc/machine-id')).rejects.toMatchObject({ code: 'ENOENT' });
});

test('reads just the wanted bytes and not past the end', async () => {
  const { root, host } = mountedRoot();
  await writeFile(join(root, 'disk'), 'abcdef');
  const places = [
    { offset: 2, length: 3 },
    { offset: 0, length: 1 },
  ];
  const blocks = await host.readBlocks('/disk', places);
  expect(blocks.map((block) => Buffer.from(block).toString())).toEqual(['cde', 'a']);
  await expect(host.readBlocks('/disk', [{ offset: 4, length: 3 }])).rejects.toThrow('the device ends there');
});

test('the exclusive open refuses what is no block device, where it would prove nothing', async () => {
  const { root, host } = mountedRoot();
  await writeFile(join(root, 'file'), '');
  await expect(host.probeExclusive('/file')).rejects.toMatchObject({ code: 'ENOTBLK' });
});

test('does not tell the size of the disk below a missing mount', async () => {
  const { root, host } = mountedRoot();
  await mkdir(join(root, 'pv-disks/u'), { recursive: true });
  await expect(host.filesystemBytes('/pv-disks/u')).rejects.toThrow('Expected a filesystem mounted');
});

test('without the host’s proc its mounts are unknown, and the way out is told', async () => {
  const { host } = mountedRoot();
  await expect(host.hostMountinfo()).rejects.toThrow(/hostPID: true/);
  await expect(host.run(['mount', '/dev/x', '/y'])).rejects.toThrow(/hostPID: true/);
});
