import type { Stats } from 'node:fs';
import { readdir, readFile, readlink, stat } from 'node:fs/promises';
import { commandLine } from './lock-holders.ts';

/** A process of the host that has a device open. */
export interface Opener {
  pid: number;
  /** Command line, shortened. */
  command: string;
}

/**
 * Processes that have the block or character device open, ourselves left out: an exclusive open does not see plain
 * openers, such as a database on a raw device. `proc` shows the host's processes. Rejects when one of them cannot be
 * looked into.
 */
export async function openersOf(path: string, proc: string): Promise<Opener[]> {
  const device = await stat(path);
  const self = await readlink(`${proc}/self`);
  const pids = (await readdir(proc)).filter((name) => /^\d+$/.test(name) && name !== self);
  const open = await Promise.all(
    pids.map(async (pid) => ((await hasOpen(`${proc}/${pid}`, device)) ? [pid] : [])),
  );
  return Promise.all(
    open.flat().map(async (pid) => ({ pid: Number(pid), command: await commandLine(`${proc}/${pid}`) })),
  );
}

async function hasOpen(process: string, device: Stats): Promise<boolean> {
  const descriptors = await unlessGone(readdir(`${process}/fd`), []);
  const open = descriptors.map(async (fd) => {
    const file = await unlessGone(stat(`${process}/fd/${fd}`), undefined);
    return file !== undefined && isSame(file, device);
  });
  return (await Promise.all(open)).includes(true);
}

/** Block and character devices are numbered each for themselves. */
const isSame = (file: Stats, device: Stats): boolean =>
  file.rdev === device.rdev &&
  file.isBlockDevice() === device.isBlockDevice() &&
  file.isCharacterDevice() === device.isCharacterDevice();

/**
 * Loop devices over the block device, by name: a loop device keeps its backing open without any process that shows it.
 * The kernel tells the backing's path only, so a path that leads elsewhere in another mount namespace is not seen.
 */
export async function loopsOver(
  path: string,
  locate: (hostPath: string) => Promise<string>,
): Promise<string[]> {
  const device = await stat(path);
  const names = (await readdir('/sys/block')).filter((name) => name.startsWith('loop'));
  const over = names.map(async (name) => {
    const backing = await unlessGone(readFile(`/sys/block/${name}/loop/backing_file`, 'utf8'), '');
    if (backing.trim() === '') return [];
    const file = await unlessGone(stat(await locate(backing.trim())), undefined);
    return device.isBlockDevice() && file && isSame(file, device) ? [name] : [];
  });
  return (await Promise.all(over)).flat();
}

/** Processes end and files are closed while we look. */
export async function unlessGone<T>(read: Promise<T>, gone: T): Promise<T> {
  try {
    return await read;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ESRCH' || code === 'ENOTDIR') return gone;
    throw error;
  }
}
