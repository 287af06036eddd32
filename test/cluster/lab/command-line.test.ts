import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { isRunning } from '../../../lab/process/identity.ts';
import { trackedProcesses } from '../../../lab/process/tracked.ts';
import { waitFor } from '../../../lab/wait.ts';
import { temporaryFolder } from '../../builders/temporary-folder.ts';

const run = promisify(execFile);
const main = join(import.meta.dirname, '..', '..', '..', 'lab', 'main.ts');
const signal = new AbortController().signal;

/** Labs of their own state folder, so that none of a person's is seen or touched; the assets are shared. */
function stateOf(dir: string): NodeJS.ProcessEnv {
  return {
    ...process.env,
    XDG_STATE_HOME: dir,
    XDG_CACHE_HOME: process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'),
  };
}

describe('npm run lab', () => {
  it('leaves a lab running after `up`, shows it, gives it to a shell, and ends it with `down`', async () => {
    const env = stateOf(temporaryFolder());
    const lab = async (...args: string[]): Promise<string> =>
      (await run(process.execPath, [main, ...args], { env })).stdout;

    expect(await lab('up', '--control-plane-only', '--name', 'x')).toMatch(
      /^lab "x" is up after [\d.]+ s: https:\/\/127\.0\.0\.1:/,
    );
    await expect(lab('up', '--control-plane-only', '--name', 'x')).rejects.toThrow(/lab "x" exists already/);
    expect(await lab('status')).toMatch(/^x +kube-apiserver +\d+ +Running +\d+Mi +\d+s$/m);
    const shell = `${await lab('env', '--name', 'x')}\nkubectl get --raw /readyz`;
    expect((await run('sh', ['-c', shell], { env: { PATH: process.env.PATH } })).stdout).toBe('ok');
    expect(await lab('down', '--name', 'x')).toBe('lab "x" ended\n');
    expect(await lab('status')).toBe('No labs found\n');
  });

  it('leaves nothing behind when it is interrupted while it starts', async () => {
    const state = temporaryFolder();
    const dir = join(state, 'kubectl-nvme', 'labs', 'x');
    const up = spawn(process.execPath, [main, 'up', '--control-plane-only', '--name', 'x'], {
      env: stateOf(state),
      stdio: 'ignore',
    });
    const started = await waitFor('the API server to be started', { timeoutMs: 60_000, signal }, async () => {
      const processes = await trackedProcesses(dir);
      return processes.some(({ name }) => name === 'kube-apiserver') ? processes : undefined;
    });

    up.kill('SIGINT');
    const [exitCode] = (await once(up, 'close')) as [number | null];

    expect(exitCode).toBe(130);
    expect(started.filter(isRunning)).toEqual([]);
    expect(existsSync(dir)).toBe(false);
  });
});
