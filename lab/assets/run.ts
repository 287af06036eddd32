import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { AssetContext } from './context.ts';

/** A program that building an asset needs ended badly; `output` is the end of what it said. */
export class AssetCommandError extends Error {
  readonly command: readonly string[];
  readonly exitCode: number | null;
  readonly output: string;

  constructor(command: readonly string[], exitCode: number | null, output: string, cause?: unknown) {
    const ending = exitCode === null ? 'was ended or did not start' : `exited with ${String(exitCode)}`;
    super(`\`${command.join(' ')}\` ${ending}${output === '' ? '' : `:\n${output}`}`, { cause });
    this.name = 'AssetCommandError';
    this.command = command;
    this.exitCode = exitCode;
    this.output = output;
  }
}

/** How to run a program: its folder, added environment, and who hears each line it writes. */
export interface RunOptions {
  cwd?: string;
  env?: Readonly<Record<string, string>>;
  /** Hears the lines of standard error, and of standard output too unless `capture` is set. */
  onLine?: (line: string) => void;
}

const TAIL_LINES = 30;

/**
 * Runs one program to its end and gives its standard output; throws `AssetCommandError`.
 * It runs in a process group of its own so that an abort ends its children too, and dies with this
 * process even when that is killed (PR_SET_PDEATHSIG), so that no build outlives its asker.
 */
export async function run(
  ctx: AssetContext,
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<string> {
  ctx.signal.throwIfAborted();
  const full = [command, ...args];
  const child = spawn('setpriv', ['--pdeathsig', 'TERM', '--', ...full], {
    cwd: options.cwd,
    env: { ...ctx.env, LC_ALL: 'C', ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const endGroup = (): void => killGroup(child.pid);
  ctx.signal.addEventListener('abort', endGroup, { once: true });
  const tail: string[] = [];
  const out: string[] = [];
  createInterface(child.stderr).on('line', (line) => {
    tail.push(line);
    if (tail.length > TAIL_LINES) tail.shift();
    options.onLine?.(line);
  });
  child.stdout.setEncoding('utf8').on('data', (text: string) => out.push(text));
  try {
    const exitCode = await exitOf(child);
    if (exitCode !== 0) throw new AssetCommandError(full, exitCode, [...tail, ...out].join('\n').trim());
    return out.join('');
  } catch (error) {
    ctx.signal.throwIfAborted();
    if (error instanceof AssetCommandError) throw error;
    throw new AssetCommandError(full, null, tail.join('\n'), error);
  } finally {
    ctx.signal.removeEventListener('abort', endGroup);
  }
}

function exitOf(child: ReturnType<typeof spawn>): Promise<number | null> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code));
  });
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGTERM');
  } catch {
    // Already gone, which is what was wanted.
  }
}
