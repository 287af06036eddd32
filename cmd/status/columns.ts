import { age, humanDuration } from '../print/age.ts';
import type { Printable } from '../print/objects.ts';
import { NONE, type Column } from '../print/table.ts';
import type { NodeStorage } from './node-storage.ts';
import { rowOf, type StatusRow } from './status-row.ts';

/** How `status` prints nodes; ages are counted to `now`. */
export function printableNodes(now: () => number): Printable<NodeStorage> {
  const rows = new WeakMap<NodeStorage, StatusRow>();
  const row = (node: NodeStorage): StatusRow => {
    const known = rows.get(node) ?? rowOf(node);
    rows.set(node, known);
    return known;
  };
  const columns = rowColumns(now).map(({ value, ...column }) => ({
    ...column,
    value: (node: NodeStorage) => value(row(node)),
  }));
  return { columns, name: nameOf };
}

/** The same of rows, which the table alone needs. */
export function printableRows(now: () => number): Printable<StatusRow> {
  return { columns: rowColumns(now), name: nameOf };
}

const nameOf = ({ metadata }: Pick<NodeStorage, 'metadata'>): string => `node/${metadata.name}`;

function rowColumns(now: () => number): Column<StatusRow>[] {
  return [
    { header: 'NAME', value: (node) => node.metadata.name },
    { header: 'STATUS', value: statusText },
    { header: 'DRIVES', value: ({ drives }) => drives },
    { header: 'LAYOUT', value: ({ layout }) => layout ?? NONE },
    { header: 'VOLUMES', value: ({ volumes }) => String(volumes) },
    { header: 'BOUND', value: ({ bound }) => String(bound) },
    { header: 'CAPACITY', value: ({ capacity }) => capacity ?? NONE },
    { header: 'TAINTED', value: (node) => taintAge(node, now()) },
    { header: 'AGE', value: (node) => age(node.metadata.creationTimestamp, now()) },
    { header: 'PROFILE', wide: true, value: ({ profile }) => profile ?? NONE },
    { header: 'PROVIDER', wide: true, value: ({ provider }) => provider ?? NONE },
    { header: 'MODEL', wide: true, value: ({ models }) => models ?? NONE },
    { header: 'NUMA', wide: true, value: ({ numaNodes }) => numaNodes ?? NONE },
    { header: 'WEAR', wide: true, value: ({ wear }) => wear ?? NONE },
    { header: 'AGENT', wide: true, value: ({ agentVersion }) => agentVersion ?? NONE },
    { header: 'PROBLEM', value: ({ problem }) => problem?.message ?? NONE },
  ];
}

/** The phase, or while set-up works the step it is at. */
export function statusText({ phase, progress }: Pick<NodeStorage, 'phase' | 'progress'>): string {
  return phase === 'SettingUp' && progress
    ? `Setting up ${progress.step}/${progress.of}: ${progress.name}`
    : phase;
}

function taintAge({ taints }: StatusRow, now: number): string {
  if (taints.length === 0) return NONE;
  const times = taints.flatMap(({ since }) => (since === undefined ? [] : [Date.parse(since)]));
  return times.length === 0 ? '<unknown>' : humanDuration(now - Math.min(...times));
}
