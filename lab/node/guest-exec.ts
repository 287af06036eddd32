import { connect, type Socket } from 'node:net';
import { LabError } from '../errors.ts';
import type { Machine } from './machine.ts';

/** How a program inside a guest ended, and what it wrote. */
export interface ExecResult {
  exitCode: number;
  stdout: string;
  stderr: string;
}

/** How to run a program inside a guest. */
export interface ExecOptions {
  stdin?: string | Buffer;
  /** After it, the program is killed and the call fails; 60 s unless told. */
  timeoutMs?: number;
  signal?: AbortSignal;
  /** Hears the output as it comes; it is then not collected. */
  onOutput?: (stream: 'stdout' | 'stderr', chunk: Buffer) => void;
}

/** The guest did not run the program, or was lost before the program ended. */
export class GuestUnreachableError extends Error {
  readonly node: string;

  constructor(node: string, what: string, cause?: unknown) {
    super(`node ${node}: ${what}`, { cause });
    this.name = 'GuestUnreachableError';
    this.node = node;
  }
}

const frame = { stdin: 0, stdout: 1, stderr: 2, exit: 3 } as const;
const MAX_FRAME = 65_536;
const DEFAULT_TIMEOUT_MS = 60_000;

/**
 * Runs a program as root in the guest, through the lab's own server there: it needs the network device, and neither
 * kubelet nor container runtime. A program that ends badly is a result, not an error.
 */
export async function guestExec(
  machine: Machine,
  argv: readonly string[],
  options: ExecOptions = {},
): Promise<ExecResult> {
  const { timeoutMs = DEFAULT_TIMEOUT_MS } = options;
  const socket = connect({ host: '127.0.0.1', port: machine.execPort });
  const limit = setTimeout(() => socket.destroy(timedOut(machine, argv, timeoutMs)), timeoutMs);
  const abort = (): void => void socket.destroy(new Error('aborted', { cause: options.signal?.reason }));
  options.signal?.addEventListener('abort', abort, { once: true });
  if (options.signal?.aborted === true) abort();
  try {
    send(socket, machine, argv, options.stdin);
    return await receive(socket, machine, argv, options.onOutput);
  } catch (error) {
    options.signal?.throwIfAborted();
    if (error instanceof LabError || error instanceof GuestUnreachableError) throw error;
    throw new GuestUnreachableError(
      machine.name,
      `\`${argv.join(' ')}\` did not run to its end: ${String(error)}`,
      error,
    );
  } finally {
    clearTimeout(limit);
    options.signal?.removeEventListener('abort', abort);
    socket.destroy();
  }
}

function timedOut(machine: Machine, argv: readonly string[], timeoutMs: number): LabError {
  return new LabError(
    'TimedOut',
    `node ${machine.name}: \`${argv.join(' ')}\` was killed after ${timeoutMs / 1000} s`,
  );
}

function send(socket: Socket, machine: Machine, argv: readonly string[], stdin: string | Buffer = ''): void {
  socket.write(`${JSON.stringify({ token: machine.execToken, argv, env: ['LC_ALL=C'] })}\n`);
  const input = Buffer.from(stdin);
  for (let at = 0; at < input.length; at += MAX_FRAME) {
    const part = input.subarray(at, at + MAX_FRAME);
    socket.write(Buffer.concat([head(part.length), part]));
  }
  socket.write(head(0));
}

function head(length: number): Buffer {
  const bytes = Buffer.alloc(5);
  bytes.writeUInt8(frame.stdin, 0);
  bytes.writeUInt32BE(length, 1);
  return bytes;
}

async function receive(
  socket: Socket,
  machine: Machine,
  argv: readonly string[],
  onOutput: ExecOptions['onOutput'],
): Promise<ExecResult> {
  const collected: Record<'stdout' | 'stderr', Buffer[]> = { stdout: [], stderr: [] };
  const output = onOutput ?? ((stream, chunk) => void collected[stream].push(chunk));
  for await (const { kind, payload } of frames(socket)) {
    if (kind === frame.stdout) output('stdout', payload);
    else if (kind === frame.stderr) output('stderr', payload);
    else if (kind === frame.exit) return ended(payload, collected);
  }
  throw new GuestUnreachableError(machine.name, `the connection ended before \`${argv.join(' ')}\` did`);
}

/** The exit of a program that could not be started carries why; it goes where a shell would write it. */
function ended(payload: Buffer, collected: Record<'stdout' | 'stderr', Buffer[]>): ExecResult {
  const { code, error } = JSON.parse(payload.toString('utf8')) as { code: number; error?: string };
  const stderr = Buffer.concat(collected.stderr).toString('utf8');
  return {
    exitCode: code,
    stdout: Buffer.concat(collected.stdout).toString('utf8'),
    stderr: error === undefined ? stderr : `${stderr}${error}\n`,
  };
}

async function* frames(socket: Socket): AsyncIterable<{ kind: number; payload: Buffer }> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= 5 && rest.length >= 5 + rest.readUInt32BE(1)) {
      const end = 5 + rest.readUInt32BE(1);
      yield { kind: rest.readUInt8(0), payload: rest.subarray(5, end) };
      rest = rest.subarray(end);
    }
  }
}
