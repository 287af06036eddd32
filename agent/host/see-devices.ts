import { stat } from 'node:fs/promises';
import { deviceMounts } from './root-mount.ts';
import { runProgram, type RunContext } from './run.ts';

/** Sees to it that programs find the host's devices in /dev; rejects with CommandError. */
export async function seeDevices(rootMount: string, context: RunContext, signal: AbortSignal): Promise<void> {
  const commands = await deviceMounts(rootMount, deviceOf);
  for (const command of commands) await runProgram(command, { signal, timeoutMs: 10_000 }, context);
}

const deviceOf = (path: string): Promise<number | undefined> =>
  stat(path).then(
    ({ dev }) => dev,
    () => undefined,
  );
