import { median } from '../../bench/median.ts';
import { table } from '../../lab/cli/table.ts';
import type { Tally } from './machine.ts';
import type { Replica, Sample } from './replica.ts';

/** The figures of one line. */
export interface Line {
  minute: number;
  nodes: number;
  volumes: number;
  tally: Tally;
  faults: number;
  /** Heard by the soak's own caches. */
  events: number;
  watchRestarts: number;
  missed: number;
  lost: number;
}

const HEADS = ['MINUTE', 'NODES', 'PVS', 'BIRTHS', 'DEATHS', 'CLAIMS', 'FAULTS', 'EVENTS'];
const MORE_HEADS = ['WATCHES ANEW', 'MEMORY', 'DESCRIPTORS', 'MISSED', 'LOST'];
const WIDTHS = [...HEADS, ...MORE_HEADS].map((head) => Math.max(head.length, 9) + 2);

const row = (cells: readonly string[]): string =>
  `${cells
    .map((cell, index) => cell.padEnd(WIDTHS[index] ?? 0))
    .join('')
    .trimEnd()}\n`;

export const heads = (): string => row([...HEADS, ...MORE_HEADS]);

/** One line while it runs; memory and descriptors are those of the replicas now, the steady one first. */
export function lineOf(line: Line, replicas: readonly Replica[]): string {
  const last = replicas.map(({ samples }) => samples.at(-1));
  const of = (pick: (sample: Sample) => string): string =>
    last.map((sample) => (sample === undefined ? '-' : pick(sample))).join('/');
  const { births, deaths, claims } = line.tally;
  return row(
    [
      ...[line.minute, line.nodes, line.volumes, births, deaths, claims, line.faults, line.events],
      line.watchRestarts,
      `${of(({ residentMiB }) => residentMiB.toFixed(0))}Mi`,
      of(({ descriptors }) => String(descriptors)),
      ...[line.missed, line.lost],
    ].map(String),
  );
}

/** What one replica needed over time. */
export function replicaTable(replicas: readonly Replica[]): string {
  const range = (numbers: number[]): string =>
    `${Math.min(...numbers).toFixed(0)} / ${median(numbers).toFixed(0)} / ${Math.max(...numbers).toFixed(0)}`;
  return table(
    ['REPLICA', 'STARTS', 'WATCHES BEGUN', 'MEMORY MiB (min/median/max)', 'DESCRIPTORS (min/median/max)'],
    replicas.map(({ name, starts, watches, samples }) => [
      ...[name, String(starts), String(watches)],
      range(samples.map(({ residentMiB }) => residentMiB)),
      range(samples.map(({ descriptors }) => descriptors)),
    ]),
  );
}

export const countTable = (counts: ReadonlyMap<string, number>): string =>
  table(
    ['TROUBLE', 'TIMES'],
    [...counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, times]) => [name, String(times)]),
  );
