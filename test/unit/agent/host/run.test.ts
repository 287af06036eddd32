import { readFile } from 'node:fs/promises';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CommandError } from '../../../../agent/host/host.ts';
import { runProgram } from '../../../../agent/host/run.ts';
import { systemClock } from '../../../../kube/system-clock.ts';
import { temporaryFolder } from '../../../builders/temporary-folder.ts';
import { SteppedClock } from '../../../fakes/clock.ts';

const context = { env: { PATH: process.env.PATH, SECRET: 'x' }, clock: systemClock() };

const failure = (run: Promise<unknown>): Promise<unknown> => run.catch((error: unknown) => error);

/** A shell that starts a child, tells the child's PID through a named pipe and waits for it. */
function family(): { script: string; child: () => Promise<number> } {
  const pipe = join(temporaryFolder(), 'pid');
  execFileSync('mkfifo', [pipe]);
  return {
    script: `sleep 300 & echo $! > ${pipe}; wait`,
    child: async () => Number(await readFile(pipe, 'utf8')),
  };
}

/** A killed process may be a zombie for as long as nobody reaps it. */
async function isRunning(pid: number): Promise<boolean> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => 'State:\tX');
  return !/^State:\t[ZX]/m.test(status);
}

test('gives arguments to the program as they are, in the C locale and a small environment', async () => {
  const script = 'printf "%s|" "$@" "$LC_ALL" "${SECRET-none}"';
  const { stdout } = await runProgram(['sh', '-c', script, 'sh', 'a b', '$(c)'], {}, context);
  expect(stdout).toBe('a b|$(c)|C|none|');
});

test('writes the input and counts the exit codes it was told as success', async () => {
  const ran = runProgram(
    ['sh', '-c', 'cat; echo bad >&2; exit 2'],
    { input: 'text', okCodes: [0, 2] },
    context,
  );
  await expect(ran).resolves.toEqual({ stdout: 'text', stderr: 'bad\n' });
});

test('programs that would ask find no terminal and no input', async () => {
  await expect(runProgram(['sh', '-c', 'read answer'], {}, context)).rejects.toThrow(CommandError);
});

test('tells command, exit code and standard error of a failure', async () => {
  const failed = await failure(runProgram(['sh', '-c', 'echo broken >&2; exit 3'], {}, context));
  expect(failed).toBeInstanceOf(CommandError);
  expect(failed).toMatchObject({ exitCode: 3, stderr: 'broken\n', timedOut: false });
});

test('a program that is not there is a CommandError with the cause kept', async () => {
  const failed = await failure(runProgram(['no-such-program-here'], {}, context));
  expect(failed).toMatchObject({ name: 'CommandError', exitCode: null, cause: { code: 'ENOENT' } });
});

test('an abort ends the program and its children', async () => {
  const { script, child } = family();
  const abort = new AbortController();
  const failed = failure(runProgram(['sh', '-c', script], { signal: abort.signal }, context));
  const pid = await child();
  abort.abort(new Error('stopping'));
  expect(await failed).toMatchObject({ timedOut: false, cause: { message: 'stopping' } });
  await expect.poll(() => isRunning(pid)).toBe(false);
});

test('the time limit ends the program and its children', async () => {
  const { script, child } = family();
  const clock = new SteppedClock();
  const failed = failure(runProgram(['sh', '-c', script], { timeoutMs: 1000 }, { ...context, clock }));
  const pid = await child();
  await clock.advance(1000);
  expect(await failed).toMatchObject({ timedOut: true, exitCode: null });
  await expect.poll(() => isRunning(pid)).toBe(false);
});

test('does not start when aborted before', async () => {
  const failed = await failure(runProgram(['true'], { signal: AbortSignal.abort(new Error('no')) }, context));
  expect(failed).toMatchObject({ name: 'CommandError', cause: { message: 'no' } });
});

test('ends a program that prints without end', async () => {
  await expect(runProgram(['yes'], {}, context)).rejects.toThrow(/bytes of output/);
});
