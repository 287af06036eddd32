import { readdir, readFile, stat } from 'node:fs/promises';

/** A process that has the lock file open and locked. */
export interface LockHolder {
  pid: number;
  /** Command line, shortened. */
  command: string;
}

const SHOWN_CHARACTERS = 120;

/**
 * Processes that hold a flock on the file. /proc/locks names the process that took the lock, which may have ended
 * long since; the descriptors (proc_pid_fdinfo(5), `lock:`) tell who keeps it. Best effort: processes that end or
 * cannot be read are left out, and so is everybody when `proc` shows another PID namespace.
 */
export async function lockHolders(path: string, proc = '/proc'): Promise<LockHolder[]> {
  const file = await stat(path);
  const pids = (await readdir(proc)).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    pids.map(async (pid) => ((await holds(`${proc}/${pid}`, file)) ? [Number(pid)] : [])),
  );
  return Promise.all(
    found.flat().map(async (pid) => ({ pid, command: await commandLine(`${proc}/${pid}`) })),
  );
}

async function holds(process: string, file: { dev: number; ino: number }): Promise<boolean> {
  const descriptors = await readdir(`${process}/fd`).catch(() => []);
  const locked = descriptors.map(async (fd) => {
    const open = await stat(`${process}/fd/${fd}`).catch(() => undefined);
    if (open?.ino !== file.ino || open.dev !== file.dev) return false;
    const info = await readFile(`${process}/fdinfo/${fd}`, 'utf8').catch(() => '');
    return /^lock:.*\bFLOCK\b/m.test(info);
  });
  return (await Promise.all(locked)).includes(true);
}

/** Command line of a process by its folder in /proc, shortened; empty when it is gone. */
export async function commandLine(process: string): Promise<string> {
  const text = await readFile(`${process}/cmdline`, 'utf8').catch(() => '');
  return text.split('\0').join(' ').trim().slice(0, SHOWN_CHARACTERS);
}
