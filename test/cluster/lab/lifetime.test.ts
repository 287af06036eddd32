import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startLab } from '../../../lab/lab.ts';
import { isRunning } from '../../../lab/process/identity.ts';
import { trackedProcesses } from '../../../lab/process/tracked.ts';
import { waitFor } from '../../../lab/wait.ts';
import { testLabContext } from '../../builders/lab-context.ts';

const repo = join(import.meta.dirname, '..', '..', '..');

describe('the end of a lab', () => {
  it('leaves no process and no state behind after stop', async () => {
    const lab = await startLab(testLabContext(), { controlPlaneOnly: true });
    const processes = await trackedProcesses(lab.dir);

    await lab.stop();

    expect(processes.map(({ name }) => name).sort()).toEqual(
      ['etcd', 'keeper', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler'].sort(),
    );
    expect(processes.filter(isRunning)).toEqual([]);
    expect(existsSync(lab.dir)).toBe(false);
  });

  it('comes by itself when the process that owns it is killed', async () => {
    const owner = spawn(process.execPath, [join(repo, 'test', 'cluster', 'lab', 'lab-owner.ts')], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [dir] = (await once(createInterface(owner.stdout), 'line')) as [string];
    const processes = await trackedProcesses(dir);
    expect(processes.filter(isRunning)).toHaveLength(5);

    owner.kill('SIGKILL');

    const signal = new AbortController().signal;
    await waitFor('the lab to be gone', { timeoutMs: 30_000, signal }, () =>
      Promise.resolve(existsSync(dir) || processes.some(isRunning) ? undefined : true),
    );
  });
});
