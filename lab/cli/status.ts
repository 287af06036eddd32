import { existsSync } from 'node:fs';
import { adminApi } from '../cluster/admin-api.ts';
import type { LabApi } from '../cluster/api.ts';
import type { NodeObject } from '../cluster/node-object.ts';
import { LabError } from '../errors.ts';
import { labDir, labNames, readLabRecord, type LabRecord } from '../lab-record.ts';
import { allMachines, type Machine } from '../node/machine.ts';
import { isRunning, residentBytes } from '../process/identity.ts';
import { trackedProcesses, type TrackedProcess } from '../process/tracked.ts';
import type { Cli, Verb } from './cli.ts';
import { table } from './table.ts';

/** Prints every process of the labs with its state and memory, and every node. */
export async function status(cli: Cli, flags: { name?: string }): Verb {
  const names = flags.name === undefined ? await labNames(cli.ctx) : [existing(cli, flags.name)];
  if (names.length === 0) {
    cli.stdout.write('No labs found\n');
    return 0;
  }
  const processes = (await Promise.all(names.map((name) => processRows(cli, name)))).flat();
  cli.stdout.write(table(['LAB', 'PROCESS', 'PID', 'STATUS', 'MEMORY', 'AGE'], processes));
  const nodes = (await Promise.all(names.map((name) => nodeRows(cli, name)))).flat();
  if (nodes.length > 0) {
    cli.stdout.write(`\n${table(['LAB', 'NODE', 'MACHINE', 'STATUS', 'CLOUD', 'DRIVES'], nodes)}`);
  }
  return 0;
}

function existing(cli: Cli, name: string): string {
  if (!existsSync(labDir(cli.ctx, name))) throw new LabError('NotFound', `there is no lab "${name}"`);
  return name;
}

async function processRows(cli: Cli, name: string): Promise<readonly string[][]> {
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

async function nodeRows(cli: Cli, name: string): Promise<readonly string[][]> {
  const dir = labDir(cli.ctx, name);
  const [record, machines, processes] = await Promise.all([
    readLabRecord(dir),
    allMachines(dir),
    trackedProcesses(dir),
  ]);
  if (record === undefined || machines.length === 0) return [];
  const api = await adminApi(dir, record.ports.apiServer).catch(() => undefined);
  const on = new Set(processes.filter(isRunning).map((process) => process.name));
  return await Promise.all(
    machines.map(async (machine) => [
      ...[name, machine.name, on.has(`node-${machine.name}`) ? 'On' : 'Off'],
      ...[await nodeStatus(api, record, machine), machine.cloud, driveCell(machine)],
    ]),
  );
}

/** As `kubectl get nodes` says it. */
async function nodeStatus(api: LabApi | undefined, record: LabRecord, { name }: Machine): Promise<string> {
  if (api === undefined || !record.started) return '<unknown>';
  try {
    const node = (await api.get(`/api/v1/nodes/${name}`)) as NodeObject;
    return node.status.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') === true
      ? 'Ready'
      : 'NotReady';
  } catch {
    // No such Node, or no API server: for a table of what runs both are the same.
    return '<none>';
  }
}

function driveCell({ drives }: Machine): string {
  const count = (role: string): number => drives.filter((drive) => drive.role === role).length;
  return `${count('local')} local, ${count('remote')} remote`;
}

/** An age as kubectl prints the first of its units: `45s`, `12m`, `5h`, `3d`. */
export function ageOf(since: string, now: number): string {
  const seconds = Math.max(0, Math.round((now - Date.parse(since)) / 1000));
  if (seconds < 120) return `${seconds}s`;
  if (seconds < 3 * 3600) return `${Math.floor(seconds / 60)}m`;
  if (seconds < 2 * 86_400) return `${Math.floor(seconds / 3600)}h`;
  return `${Math.floor(seconds / 86_400)}d`;
}
