import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { waitFor } from '../../../lab/wait.ts';

const built = join(import.meta.dirname, '..', '..', '..', 'dist', 'nvme-agent');
let folder: string;

const childrenOf = async (pid: number | undefined): Promise<string> =>
  await readFile(`/proc/${String(pid)}/task/${String(pid)}/children`, 'utf8');

afterEach(() => rm(folder, { recursive: true }));

it('waits without Node, because a container that only waits has no memory for it, and ends when told', async () => {
  folder = await mkdtemp(join(tmpdir(), 'launcher-'));
  // Alone in its folder, it has nothing that Node could run.
  await copyFile(built, join(folder, 'ephemeral-storage-setup'));
  const child = spawn(join(folder, 'ephemeral-storage-setup'), ['sleep'], { stdio: 'ignore' });
  const ended = once(child, 'exit');
  const { signal } = new AbortController();
  await waitFor('it to wait', { timeoutMs: 10_000, intervalMs: 10, signal }, async () => {
    const [sleeper] = (await childrenOf(child.pid)).split(' ');
    const program = sleeper && (await readFile(`/proc/${sleeper}/comm`, 'utf8').catch(() => ''));
    return program === 'sleep\n' ? true : undefined;
  });
  child.kill('SIGTERM');
  expect(await ended).toEqual([0, null]);
});
