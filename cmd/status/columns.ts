import type { Layout } from '../../api/layout.ts';
import { formatBytes } from '../../api/quantity.ts';
import { age, humanDuration } from '../print/age.ts';
import type { Printable } from '../print/objects.ts';
import { NONE, type Column } from '../print/table.ts';
import type { NodeStorage } from './node-storage.ts';

/** How `status` prints nodes; ages are counted to `now`. */
export function printableNodes(now: () => number): Printable<NodeStorage> {
  return { columns: columns(now), name: (node) => `node/${node.metadata.name}` };
}

function columns(now: () => number): Column<NodeStorage>[] {
  return [
    { header: 'NAME', value: (node) => node.metadata.name },
    { header: 'STATUS', value: statusText },
    { header: 'DRIVES', value: ({ driveCounts }) => `${driveCounts.ready}/${driveCounts.local}` },
    { header: 'LAYOUT', value: ({ layout }) => (layout ? layoutText(layout) : NONE) },
    { header: 'VOLUMES', value: ({ volumeCounts }) => String(volumeCounts.total) },
    { header: 'BOUND', value: ({ volumeCounts }) => String(volumeCounts.bound) },
    { header: 'CAPACITY', value: ({ capacity }) => (capacity === 0 ? NONE : sizeText(capacity)) },
    { header: 'TAINTED', value: (node) => taintAge(node, now()) },
    { header: 'AGE', value: (node) => age(node.metadata.creationTimestamp, now()) },
    { header: 'PROFILE', wide: true, value: ({ profile }) => profile ?? NONE },
    { header: 'PROVIDER', wide: true, value: ({ provider }) => provider ?? NONE },
    { header: 'MODEL', wide: true, value: (node) => distinct(localDrives(node).map(({ model }) => model)) },
    {
      header: 'NUMA',
      wide: true,
      value: (node) => distinct(localDrives(node).map(({ numaNode }) => numaNode)),
    },
    { header: 'WEAR', wide: true, value: wearText },
    { header: 'AGENT', wide: true, value: ({ agentVersion }) => agentVersion ?? NONE },
    { header: 'PROBLEM', value: ({ problem }) => problem?.message ?? NONE },
  ];
}

/** The phase, or while set-up works the step it is at. */
export function statusText({ phase, progress }: NodeStorage): string {
  return phase === 'SettingUp' && progress
    ? `Setting up ${progress.step}/${progress.of}: ${progress.name}`
    : phase;
}

/** `RAID0/ext4`, `LVM/instance-store-vg`: one word, so that columns can be cut by scripts. */
export function layoutText({ type, filesystem, raid, lvm }: Layout): string {
  const level = type === 'RAID' ? String(raid?.level ?? 0) : '';
  const detail = type === 'LVM' ? lvm?.vgName : filesystem?.type;
  return `${type}${level}${detail === undefined ? '' : `/${detail}`}`;
}

/** Bytes as Kubernetes writes quantities: `1.7Ti`. */
export const sizeText = (bytes: number): string => formatBytes(bytes).replace(' ', '').replace(/B$/, '');

/** Wear of the most worn local drive. */
function wearText(node: NodeStorage): string {
  const used = localDrives(node).flatMap(({ health }) => health?.percentageUsed ?? []);
  return used.length === 0 ? NONE : `${Math.max(...used)}%`;
}

function taintAge({ taints }: NodeStorage, now: number): string {
  if (taints.length === 0) return NONE;
  const times = taints.flatMap(({ since }) => (since === undefined ? [] : [Date.parse(since)]));
  return times.length === 0 ? '<unknown>' : humanDuration(now - Math.min(...times));
}

const localDrives = ({ drives }: NodeStorage) => drives.filter(({ role }) => role === 'Local');

function distinct(values: readonly (string | number | undefined)[]): string {
  const known = values.filter((value) => value !== undefined).map((value) => String(value).trim());
  return [...new Set(known)].sort().join(',') || NONE;
}
