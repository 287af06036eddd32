import { constants, open, mkdir, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { CommandError } from './host.ts';
import { lockHolders, type LockHolder } from './lock-holders.ts';
import { runProgram, type RunContext } from './run.ts';

/** Host path of the file that one writer at a time holds a flock on. */
export const LOCK_PATH = '/run/kubectl-nvme/lock';

/** Exit code of flock(1) when its time is over; its own default, 1, also stands for other failures. */
const CONFLICT = 75;

/** Somebody else kept the write lock for longer than we wanted to wait. */
export class LockTimeoutError extends Error {
  override readonly name = 'LockTimeoutError';
  readonly path: string;
  readonly waitedMs: number;
  readonly holders: readonly LockHolder[];
  constructor(path: string, waitedMs: number, holders: readonly LockHolder[], options?: { cause?: unknown }) {
    const who = holders.map(({ pid, command }) => `${command || 'a process'} (PID ${pid})`).join(', ');
    super(
      `Waited ${waitedMs / 1000} s for the write lock ${path}, held by ${who || 'a process that cannot be seen from here'}: ` +
        'nothing was written; let it end, then try again',
      options,
    );
    this.path = path;
    this.waitedMs = waitedMs;
    this.holders = holders;
  }
}

/**
 * Opens the lock file and takes its flock, waiting at most `timeoutMs`. Node has no flock(2), so flock(1) takes it on
 * our open file description, which it inherits: a flock belongs to the description and not to a process, so it stays
 * after that program has ended, until we and all programs that inherited the descriptor have closed it. Close the
 * handle to let go; never unlock explicitly, which would also take the lock from an orphaned mkfs.
 */
export async function takeLock(
  path: string,
  timeoutMs: number,
  context: Omit<RunContext, 'lockFd'>,
): Promise<FileHandle> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const handle = await open(path, constants.O_RDWR | constants.O_CREAT, 0o600);
  try {
    const wait = String(Math.max(0, timeoutMs) / 1000);
    const command = ['flock', '--exclusive', '--wait', wait, '--conflict-exit-code', String(CONFLICT), '3'];
    await runProgram(command, {}, { ...context, lockFd: handle.fd });
    return handle;
  } catch (error) {
    const holders = isConflict(error) ? await lockHolders(path).catch(() => []) : [];
    await handle.close();
    throw isConflict(error) ? new LockTimeoutError(path, timeoutMs, holders, { cause: error }) : error;
  }
}

const isConflict = (error: unknown): boolean => error instanceof CommandError && error.exitCode === CONFLICT;
