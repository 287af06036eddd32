import type { Lab } from '../../lab/lab.ts';
import { LabError } from '../../lab/errors.ts';
import { isRunning } from '../../lab/process/identity.ts';
import { runningProcess, spawnTracked } from '../../lab/process/tracked.ts';
import { waitFor } from '../../lab/wait.ts';

/** Kills a program of the control plane as a crash does, and starts it again with the same flags and `more`. */
export async function crash(
  { dir, name: of }: Lab,
  name: string,
  signal: AbortSignal,
  more: readonly string[] = [],
): Promise<void> {
  const record = await runningProcess(dir, name);
  if (record === undefined) throw new LabError('NotFound', `${name} does not run in ${of}`);
  process.kill(record.pid, 'SIGKILL');
  await waitFor(`${name} to be gone`, { timeoutMs: 30_000, signal }, () =>
    Promise.resolve(isRunning(record) ? undefined : true),
  );
  const [command = '', ...args] = record.command;
  await spawnTracked(dir, { name, command: [command, ...args, ...more], cwd: dir, diesWithParent: true });
}
