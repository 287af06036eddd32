import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { isRunning } from '../../../../lab/process/identity.ts';
import {
  endProcesses,
  runningProcess,
  spawnTracked,
  trackedProcesses,
} from '../../../../lab/process/tracked.ts';
import { temporaryFolder } from '../../../builders/temporary-folder.ts';

const env = { PATH: process.env.PATH };

describe('a tracked process', () => {
  it('is remembered in the lab’s folder until it is ended', async () => {
    const dir = temporaryFolder();
    const started = await spawnTracked(dir, {
      name: 'a',
      command: ['sleep', '60'],
      env,
      diesWithParent: true,
    });
    expect(await runningProcess(dir, 'a')).toEqual(started);

    await endProcesses(dir, await trackedProcesses(dir));

    expect(isRunning(started)).toBe(false);
    expect(await trackedProcesses(dir)).toEqual([]);
  });

  it('is never mistaken for another one that has its pid now', async () => {
    const dir = temporaryFolder();
    const started = await spawnTracked(dir, {
      name: 'a',
      command: ['sleep', '60'],
      env,
      diesWithParent: true,
    });

    await endProcesses(dir, [{ ...started, startTime: started.startTime - 1 }]);

    expect(isRunning(started)).toBe(true);
    await endProcesses(dir, [started]);
  });

  it('writes both of its streams to its log', async () => {
    const dir = temporaryFolder();
    const command = ['sh', '-c', 'echo out; echo err >&2; exec sleep 60'] as const;
    const started = await spawnTracked(dir, { name: 'a', command, env, diesWithParent: true });

    await expect.poll(() => readFile(started.log, 'utf8')).toBe('out\nerr\n');
    await endProcesses(dir, [started]);
  });

  it('cannot be started from a program that is not there', async () => {
    const request = { name: 'a', command: ['/no/such/program'], env, diesWithParent: false } as const;

    await expect(spawnTracked(temporaryFolder(), request)).rejects.toThrow(
      /could not start \/no\/such\/program for a/,
    );
  });
});
