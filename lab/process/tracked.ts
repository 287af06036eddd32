import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { LabError } from '../errors.ts';
import { readJson, writeJson } from '../json-file.ts';
import { waitFor } from '../wait.ts';
import { isRunning, processIdentity, type ProcessIdentity } from './identity.ts';

/** A process of a lab, as its state folder remembers it: `processes/NAME.json`. */
export interface TrackedProcess extends ProcessIdentity {
  name: string;
  /** The program and its arguments, for `lab status` and for people. */
  command: readonly string[];
  /** Both of its streams go to this file. */
  log: string;
}

/** What to start, and how it is tied to the process that starts it. */
export interface SpawnRequest {
  name: string;
  command: readonly [string, ...string[]];
  cwd?: string;
  env?: Readonly<Record<string, string | undefined>>;
  /** True: the kernel kills it when this process dies (PR_SET_PDEATHSIG); see `LabContext.lifetime`. */
  diesWithParent: boolean;
  /** A pipe that closes when this process dies; only for a process that reads it. */
  stdin?: 'ignore' | 'pipe';
}

const processesDir = (labDir: string): string => join(labDir, 'processes');

/**
 * Starts a process in a session of its own, writes down who it is, and gives its record. Nothing of it is
 * tied to the terminal: the caller ends it, by `endProcesses` or by dying.
 */
export async function spawnTracked(labDir: string, request: SpawnRequest): Promise<TrackedProcess> {
  await mkdir(processesDir(labDir), { recursive: true });
  await mkdir(join(labDir, 'logs'), { recursive: true });
  const log = join(labDir, 'logs', `${request.name}.log`);
  const child = start(request, log);
  const { pid } = child;
  if (pid === undefined) throw await failedStart(child, request);
  // A child without a record could not be ended by anyone later, so a vanished one is told here, not by a time-out.
  const identity = processIdentity(pid);
  if (identity === undefined) throw await exitedEarly(request.name, log);
  const record = { name: request.name, ...identity, command: request.command, log };
  await writeJson(join(processesDir(labDir), `${request.name}.json`), record);
  child.unref();
  // The pipe must not keep this process alive; that it closes with it is its whole use.
  (child.stdin as Socket | null)?.unref();
  return record;
}

function start(request: SpawnRequest, log: string): ChildProcess {
  const [program, ...args] = request.diesWithParent
    ? (['setpriv', '--pdeathsig', 'KILL', '--', ...request.command] as const)
    : request.command;
  const out = openSync(log, 'a', 0o600);
  try {
    return spawn(program, args, {
      cwd: request.cwd,
      env: request.env === undefined ? {} : { ...request.env },
      stdio: [request.stdin ?? 'ignore', out, out],
      detached: true,
    });
  } finally {
    closeSync(out);
  }
}

async function failedStart(child: ChildProcess, request: SpawnRequest): Promise<LabError> {
  const cause = await new Promise<unknown>((resolve) => child.once('error', resolve));
  return new LabError(
    'Exited',
    `could not start ${request.command[0]} for ${request.name}: ${String(cause)}`,
    cause,
  );
}

/** An error with the end of the log, for a process that should be running and is not. */
export async function exitedEarly(name: string, log: string): Promise<LabError> {
  return new LabError(
    'Exited',
    `${name} ended before it was ready; the end of ${log}:\n${await logTail(log)}`,
  );
}

/** The last lines of a log file. */
export async function logTail(log: string, lines = 15): Promise<string> {
  const text = await readFile(log, 'utf8').catch(() => '(no log)');
  return text.trimEnd().split('\n').slice(-lines).join('\n');
}

/** Every process that the state folder of a lab remembers, running or not. */
export async function trackedProcesses(labDir: string): Promise<readonly TrackedProcess[]> {
  const names = await readdir(processesDir(labDir)).catch(() => []);
  const records = await Promise.all(
    names
      .filter((name) => name.endsWith('.json'))
      .map((name) => readJson<TrackedProcess>(join(processesDir(labDir), name))),
  );
  return records.filter((record) => record !== undefined);
}

/** The record of one process, when it runs. */
export async function runningProcess(labDir: string, name: string): Promise<TrackedProcess | undefined> {
  const record = await readJson<TrackedProcess>(join(processesDir(labDir), `${name}.json`));
  return record !== undefined && isRunning(record) ? record : undefined;
}

/** Longer than a process needs to die of SIGKILL, unless the kernel holds it in a read that never ends. */
const END_TIMEOUT_MS = 20_000;

/**
 * Kills the given processes and comes back when they are gone, so that a successor finds their ports and files
 * free. SIGKILL at once: everything they hold is thrown away, and a power cut is meant to be one.
 */
export async function endProcesses(labDir: string, records: readonly TrackedProcess[]): Promise<void> {
  for (const record of records) kill(record);
  await Promise.all(records.map((record) => gone(record)));
  for (const { name } of records) await rm(join(processesDir(labDir), `${name}.json`), { force: true });
}

function kill(record: TrackedProcess): void {
  if (!isRunning(record)) return;
  try {
    process.kill(record.pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

async function gone(record: TrackedProcess): Promise<void> {
  const what = `${record.name} (pid ${record.pid}) to be gone after SIGKILL`;
  const options = { timeoutMs: END_TIMEOUT_MS, intervalMs: 10, signal: new AbortController().signal };
  await waitFor(what, options, () => Promise.resolve(isRunning(record) ? undefined : true));
}
