import { existsSync } from 'node:fs';
import { LabError } from '../errors.ts';
import { labDir, labNames, readLabRecord } from '../lab-record.ts';
import { isRunning, residentBytes } from '../process/identity.ts';
import { trackedProcesses, type TrackedProcess } from '../process/tracked.ts';
import type { Cli, Verb } from './program.ts';
import { table } from './table.ts';

/** Prints every process of the labs with its state and memory. */
export async function status(cli: Cli, flags: { name?: string }): Verb {
  const names = flags.name === undefined ? await labNames(cli.ctx) : [existing(cli, flags.name)];
  if (names.length === 0) {
    cli.stdout.write('No labs found\n');
    return 0;
  }
  const rows = await Promise.all(names.map((name) => labRows(cli, name)));
  cli.stdout.write(table(['LAB', 'PROCESS', 'PID', 'STATUS', 'MEMORY', 'AGE'], rows.flat()));
  return 0;
}

function existing(cli: Cli, name: string): string {
  if (!existsSync(labDir(cli.ctx, name))) throw new LabError('NotFound', `there is no lab "${name}"`);
  return name;
}

async function labRows(cli: Cli, name: string): Promise<readonly string[][]> {
  const dir = labDir(cli.ctx, name);
  const record = await readLabRecord(dir);
  const age = record === undefined ? '<unknown>' : ageOf(record.createdAt, Date.now());
  const processes = await trackedProcesses(dir);
  return processes.map((process) => [name, ...processCells(process), age]);
}

function processCells(process: TrackedProcess): readonly string[] {
  const running = isRunning(process);
  const memory = running ? `${(residentBytes(process) / 2 ** 20).toFixed(0)}Mi` : '<none>';
  return [process.name, String(process.pid), running ? 'Running' : 'Exited', memory];
}

/** An age as kubectl prints the first of its units: `45s`, `12m`, `5h`, `3d`. */
export function ageOf(since: string, now: number): string {
  const seconds = Math.max(0, Math.round((now - Date.parse(since)) / 1000));
  if (seconds < 120) return `${seconds}s`;
  if (seconds < 3 * 3600) return `${Math.floor(seconds / 60)}m`;
  if (seconds < 2 * 86_400) return `${Math.floor(seconds / 3600)}h`;
  return `${Math.floor(seconds / 86_400)}d`;
}
