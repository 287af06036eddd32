import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resolveBinaries } from '../../../lab/assets/binaries.ts';
import { freePorts } from '../../../lab/cluster/ports.ts';
import { guestExec } from '../../../lab/node/guest-exec.ts';
import type { Machine } from '../../../lab/node/machine.ts';
import { processIdentity } from '../../../lab/process/identity.ts';
import { endProcesses, spawnTracked, type TrackedProcess } from '../../../lab/process/tracked.ts';
import { waitFor } from '../../../lab/wait.ts';
import { testLabContext } from '../../builders/lab-context.ts';
import { labMachine } from '../../builders/lab-machine.ts';
import { folderUntilEnd } from '../../builders/temporary-folder.ts';

// The server that runs inside guests, run on this host: what is said over its connection is the same.
describe('the way into a guest', () => {
  const dir = folderUntilEnd();
  let machine: Machine;
  let server: TrackedProcess;

  beforeAll(async () => {
    const { 'lab-exec': program } = await resolveBinaries(testLabContext(), ['lab-exec']);
    const [execPort = 0] = await freePorts(1);
    machine = labMachine({ execPort });
    await writeFile(join(dir, 'token'), `${machine.execToken}\n`);
    const command = [program, `127.0.0.1:${execPort}`, join(dir, 'token')] as const;
    server = await spawnTracked(dir, { name: 'lab-exec', command, env: process.env, diesWithParent: true });
    const signal = new AbortController().signal;
    await waitFor('lab-exec to answer', { timeoutMs: 10_000, signal }, () =>
      guestExec(machine, ['true']).catch(() => undefined),
    );
  });

  afterAll(async () => {
    await endProcesses(dir, [server]);
  });

  it('gives both outputs and the exit code', async () => {
    expect(await guestExec(machine, ['sh', '-c', 'echo out; echo err >&2; exit 3'])).toEqual({
      exitCode: 3,
      stdout: 'out\n',
      stderr: 'err\n',
    });
  });

  it('passes standard input on, and large outputs back', async () => {
    const stdin = Buffer.alloc(300_000, 'x');

    expect((await guestExec(machine, ['cat'], { stdin })).stdout).toBe(stdin.toString());
    expect((await guestExec(machine, ['true'], { stdin })).exitCode).toBe(0);
  });

  it('ends with 127 for a program that is not there, and with 128 plus the signal for a killed one', async () => {
    expect(await guestExec(machine, ['no-such-program'])).toMatchObject({ exitCode: 127 });
    expect(await guestExec(machine, ['sh', '-c', 'kill -9 $$'])).toMatchObject({ exitCode: 137 });
  });

  it('kills a program that takes too long, children included', async () => {
    let output = '';
    const onOutput = (_: string, chunk: Buffer): void => void (output += chunk.toString());
    const running = guestExec(machine, ['sh', '-c', 'sleep 600 & echo $!; wait'], {
      timeoutMs: 1_000,
      onOutput,
    });

    await expect(running).rejects.toThrow(/was killed after 1 s/);
    await expect.poll(() => processIdentity(Number(output))).toBeUndefined();
  });

  it('leaves alone what a program that ended left in the background', async () => {
    const { stdout } = await guestExec(machine, ['sh', '-c', 'sleep 600 >/dev/null 2>&1 & echo $!']);
    const pid = Number(stdout);

    expect(processIdentity(pid)).toBeDefined();
    process.kill(pid, 'SIGKILL');
  });

  it('runs several programs at once', async () => {
    const fifo = join(dir, 'fifo');
    await guestExec(machine, ['mkfifo', fifo]);
    const [reader] = await Promise.all([
      guestExec(machine, ['cat', fifo]),
      guestExec(machine, ['sh', '-c', `echo met >${fifo}`]),
    ]);

    expect(reader.stdout).toBe('met\n');
  });

  it('runs nothing for who does not know the token', async () => {
    const stranger = { ...machine, execToken: 'guessed' };

    expect(await guestExec(stranger, ['true'])).toEqual({
      exitCode: 125,
      stdout: '',
      stderr: 'wrong token\n',
    });
  });

  it('says which node it could not reach', async () => {
    const [execPort = 0] = await freePorts(1);

    await expect(guestExec({ ...machine, execPort }, ['true'])).rejects.toThrow(
      /node node-1: `true` did not run/,
    );
  });
});
