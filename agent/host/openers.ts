import type { Stats } from 'node:fs';
import { readdir, readFile, readlink, stat } from 'node:fs/promises';
import { commandLine } from './lock-holders.ts';

/** A process of the host that has a device open. */
export interface Opener {
  /** The device, by the path that was asked for. */
  path: string;
  pid: number;
  /** Command line, shortened. */
  command: string;
}

/**
 * Processes that have any of the block or character devices open, ourselves left out: an exclusive open does not see plain
 * openers, such as a database on a raw device. With `writing` those only that could write to it: udev and monitoring read
 * every drive now and then. `proc` shows the host's processes. Rejects when one of them cannot be looked into.
 */
export async function openersOf(
  paths: readonly string[],
  proc: string,
  { writing = false }: { writing?: boolean } = {},
): Promise<Opener[]> {
  const devices = await Promise.all(paths.map(async (path) => ({ path, device: await stat(path) })));
  const self = await readlink(`${proc}/self`);
  const pids = (await readdir(proc)).filter((name) => /^\d+$/.test(name) && name !== self);
  const found = await Promise.all(
    pids.map(async (pid) => {
      const open = await openFiles(`${proc}/${pid}`, devices, writing);
      return [...new Set(open)].map((path) => ({ path, pid }));
    }),
  );
  return Promise.all(
    found.flat().map(async ({ path, pid }) => {
      return { path, pid: Number(pid), command: await commandLine(`${proc}/${pid}`) };
    }),
  );
}

/** Which of the devices a process has open. */
async function openFiles(
  process: string,
  devices: readonly { path: string; device: Stats }[],
  writing: boolean,
): Promise<string[]> {
  const descriptors = await unlessGone(readdir(`${process}/fd`), []);
  const open = descriptors.map(async (fd): Promise<string[]> => {
    const file = await unlessGone(stat(`${process}/fd/${fd}`), undefined);
    const same = file && devices.find(({ device }) => isSame(file, device));
    if (same === undefined || (writing && !(await mayWrite(`${process}/fdinfo/${fd}`)))) return [];
    return [same.path];
  });
  return (await Promise.all(open)).flat();
}

/** The access mode in the last two bits of the octal flags: 1 to write, 2 for both (proc_pid_fdinfo(5), open(2)). */
async function mayWrite(fdinfo: string): Promise<boolean> {
  const text = await unlessGone(readFile(fdinfo, 'utf8'), 'flags: 0');
  const flags = /^flags:\s*([0-7]+)$/m.exec(text)?.[1];
  return flags === undefined || (parseInt(flags, 8) & 0b11) !== 0;
}

/** Block and character devices are numbered each for themselves. */
export const isSame = (file: Stats, device: Stats): boolean =>
  file.rdev === device.rdev &&
  file.isBlockDevice() === device.isBlockDevice() &&
  file.isCharacterDevice() === device.isCharacterDevice();

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
