import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Clock } from '../../kube/clock.ts';

const RESTART_MS = 10_000;

/**
 * Calls `wake` when the kernel adds, removes or changes a block device, through one long-lived `udevadm monitor`. A monitor
 * that ends is started again: without it the slow periodic look remains.
 */
export async function watchDrives(
  options: { clock: Clock; env: NodeJS.ProcessEnv; wake: () => void; onError: (error: unknown) => void },
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    await monitor(options, signal).catch((error: unknown) => {
      if (!signal.aborted) options.onError(error);
    });
    await options.clock.sleep(RESTART_MS, signal).catch(() => undefined);
  }
}

async function monitor(
  { env, wake }: { env: NodeJS.ProcessEnv; wake: () => void },
  signal: AbortSignal,
): Promise<void> {
  const child = spawn('udevadm', ['monitor', '--kernel', '--subsystem-match=block/disk'], {
    env: { PATH: env.PATH, LC_ALL: 'C' },
    stdio: ['ignore', 'pipe', 'ignore'],
    signal,
  });
  createInterface(child.stdout).on('line', (line) => {
    if (/^KERNEL\[.*\] (add|remove) /.test(line)) wake();
  });
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', () => resolve());
  });
}
