import { spawn } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { once } from 'node:events';
import { join } from 'node:path';
import type { AssetContext } from './context.ts';

/** Another process kept a lock of the asset cache for longer than any build takes. */
export class AssetLockError extends Error {
  readonly lockName: string;
  readonly path: string;

  constructor(lockName: string, path: string) {
    super(
      `waited ${String(LOCK_WAIT_SECONDS / 60)} minutes for another process that builds lab asset ${lockName}: ` +
        `see who holds ${path} with \`fuser ${path}\`, end it or wait, and try again`,
    );
    this.name = 'AssetLockError';
    this.lockName = lockName;
    this.path = path;
  }
}

/** Twice the cold build of everything. */
const LOCK_WAIT_SECONDS = 1800;

/**
 * Runs `work` while this process alone holds the named lock of the cache. The lock is a flock(2) held by a
 * child that ends when its standard input closes: the kernel frees it however the asker dies, and no stale lock is ever left.
 */
export async function withLock<T>(ctx: AssetContext, name: string, work: () => Promise<T>): Promise<T> {
  const dir = join(ctx.cacheDir, 'locks');
  await mkdir(dir, { recursive: true });
  const path = join(dir, `${name}.lock`);
  const release = (await hold(ctx, path, ['--nonblock'])) ?? (await wait(ctx, name, path));
  try {
    return await work();
  } finally {
    await release();
  }
}

type Release = () => Promise<void>;

async function wait(ctx: AssetContext, name: string, path: string): Promise<Release> {
  ctx.progress(`${name}: waiting for another process that builds it`);
  const release = await hold(ctx, path, ['--wait', String(LOCK_WAIT_SECONDS)]);
  if (release === undefined) throw new AssetLockError(name, path);
  return release;
}

async function hold(ctx: AssetContext, path: string, how: readonly string[]): Promise<Release | undefined> {
  ctx.signal.throwIfAborted();
  const child = spawn('flock', ['--no-fork', ...how, path, 'sh', '-c', 'echo held; exec cat'], {
    env: { PATH: ctx.env.PATH },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const ended = once(child, 'close').then(() => undefined);
  const abort = (): void => void child.kill();
  ctx.signal.addEventListener('abort', abort, { once: true });
  const held = await Promise.race([once(child.stdout, 'data').then(() => true), ended]);
  ctx.signal.removeEventListener('abort', abort);
  if (held === undefined) {
    ctx.signal.throwIfAborted();
    return undefined;
  }
  return async () => {
    child.stdin.end();
    await ended;
  };
}
