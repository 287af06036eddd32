import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import type { Readable } from 'node:stream';
import type { Clock } from '../../kube/clock.ts';
import { CommandError, type RunOptions, type RunResult } from './host.ts';

/** What every program gets, whoever asks for it. */
export interface RunContext {
  env: Readonly<Record<string, string | undefined>>;
  clock: Pick<Clock, 'sleep'>;
  /** Open lock file that the program inherits as descriptor 3; see lock.ts and lock-keeper.ts. */
  lockFd?: number | undefined;
}

/** No program of ours prints that much; a limit keeps a mad one from taking the node's memory. */
const OUTPUT_LIMIT = 16 * 1024 * 1024;

const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/**
 * Runs a program without a shell, in a process group of its own, so that abort and time-out end its children too.
 * Rejects with CommandError, whose cause is the abort's reason or the error of the start.
 */
export async function runProgram(
  command: readonly string[],
  options: RunOptions,
  context: RunContext,
): Promise<RunResult> {
  if (options.signal?.aborted) throw stopped(command, '', options.signal.reason);
  const child = start(command, options, context);
  const ended = new AbortController();
  const stdout = new Capture(child.stdout, () => killGroup(child));
  const stderr = new Capture(child.stderr, () => killGroup(child));
  const stop = stopper(child, options.signal);
  const timedOut = timeLimit(child, options.timeoutMs, context.clock, ended.signal);
  try {
    const exitCode = await exitOf(child, options.input);
    if (stdout.over || stderr.over) throw stopped(command, `more than ${OUTPUT_LIMIT} bytes of output`);
    const said = { exitCode, stderr: stderr.text, timedOut: timedOut() };
    if (exitCode !== null && (options.okCodes ?? [0]).includes(exitCode) && !said.timedOut) {
      return { stdout: stdout.text, stderr: stderr.text };
    }
    throw new CommandError(command, said, causeOf(options.signal));
  } catch (error) {
    if (error instanceof CommandError) throw error;
    throw stopped(command, error instanceof Error ? error.message : String(error), error);
  } finally {
    ended.abort();
    stop();
  }
}

const ENVIRONMENT = {
  LC_ALL: 'C',
  // LVM warns of each descriptor that it inherits; the lock is there on purpose.
  LVM_SUPPRESS_FD_WARNINGS: '1',
  // mdadm makes the link to a new array itself: the host's udev does not know the name of one that was made in a container,
  // and mdadm waits five seconds for it (wait_for in mdadm's lib.c).
  MDADM_NO_UDEV: '1',
};

/** Own session: the program gets no terminal to ask on, and its process group can be ended as a whole. */
function start(
  [program = '', ...args]: readonly string[],
  options: RunOptions,
  context: RunContext,
): ChildProcess {
  const { env, lockFd } = context;
  const stdio: StdioOptions = [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'];
  if (lockFd !== undefined) stdio.push(lockFd);
  return spawn(program, args, {
    stdio,
    detached: true,
    env: { ...ENVIRONMENT, PATH: env.PATH ?? DEFAULT_PATH },
  });
}

/** Exit code once the program has ended and its output is closed; null for a signal. */
function exitOf(child: ChildProcess, input: string | undefined): Promise<number | null> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
    // A program that does not read its input ends early; its exit code says how it went.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input);
  });
}

/** Ends the program when the signal aborts; the returned function stops listening. */
function stopper(child: ChildProcess, signal: AbortSignal | undefined): () => void {
  const onAbort = (): void => killGroup(child);
  signal?.addEventListener('abort', onAbort, { once: true });
  return () => signal?.removeEventListener('abort', onAbort);
}

/** Ends the program after `timeoutMs`; the returned function tells whether that happened. */
function timeLimit(
  child: ChildProcess,
  timeoutMs: number | undefined,
  clock: Pick<Clock, 'sleep'>,
  ended: AbortSignal,
): () => boolean {
  let over = false;
  const expire = (): void => {
    over = true;
    killGroup(child);
  };
  if (timeoutMs !== undefined) clock.sleep(timeoutMs, ended).then(expire, () => undefined);
  return () => over;
}

/** SIGKILL for the whole group; descendants that left it cannot keep us waiting for their output. */
function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
  child.stdout?.destroy();
  child.stderr?.destroy();
}

class Capture {
  #chunks: Buffer[] = [];
  #bytes = 0;

  constructor(stream: Readable | null, onOver: () => void) {
    stream?.on('data', (chunk: Buffer) => {
      this.#bytes += chunk.length;
      if (this.over) onOver();
      else this.#chunks.push(chunk);
    });
  }

  get over(): boolean {
    return this.#bytes > OUTPUT_LIMIT;
  }

  get text(): string {
    return Buffer.concat(this.#chunks).toString('utf8');
  }
}

function stopped(command: readonly string[], stderr: string, cause?: unknown): CommandError {
  return new CommandError(command, { exitCode: null, stderr, timedOut: false }, { cause });
}

const causeOf = (signal: AbortSignal | undefined): { cause?: unknown } =>
  signal?.aborted ? { cause: signal.reason as unknown } : {};
