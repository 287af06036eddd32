import type { Drive } from './drive.ts';
import type { Layout } from './layout.ts';
import type { NVMeNodeStatus, VolumeState, VolumeStatus } from './node.ts';
import { formatBytes } from './quantity.ts';
import type { ConditionType } from './reasons.ts';

/**
 * An agent's report in short, as the agent publishes it with each report: what tables print, `kubectl get nvmenodes` among
 * them. A fleet is read by it: whole reports are 16 kB a node and more.
 */
export interface ReportSummary {
  /** `2/3`: the local drives that carry our layout, of all local ones. */
  drives: string;
  /** `RAID0/ext4`. */
  layout?: string;
  volumes: number;
  bound: number;
  /** Volumes of which only the agent knows how they stand: see AGENT_ONLY_STATES. */
  unsettled: number;
  /** Of all volumes, or while there is none of the local drives: `1.7Ti`. Absent when that is nothing. */
  capacity?: string;
  /** Of the local drives, each once, by commas. */
  models?: string;
  numaNodes?: string;
  /** Of the most worn local drive: `7%`. */
  wear?: string;
  /** `2/5` while set-up or reset is at work. */
  progress?: string;
  /** The condition that a person should look at though the node works. */
  warning?: ConditionType;
  /** Why the node is not ready, or else what the warning says. */
  problem?: string;
}

/** Volume states that only the agent can know; they outrank the phase of a PersistentVolume that nobody has bound. */
export const AGENT_ONLY_STATES: ReadonlySet<VolumeState> = new Set([
  'Publishing',
  'Cleaning',
  'Unclaimed',
  'Lost',
  'Failed',
]);

/** Warnings before facts that one may want to know; a node with them is ready. */
const WARNINGS: readonly ConditionType[] = ['Degraded', 'Drifted', 'Refused'];

/** The summary that belongs to a report. */
export function summaryOf(status: NVMeNodeStatus): ReportSummary {
  const { drives = [], volumes = [], layout, progress, conditions = [] } = status;
  const capacity = capacityOf(drives, volumes);
  const ready = conditions.find(({ type }) => type === 'Ready');
  const holds = (type: ConditionType) => conditions.find((one) => one.type === type && one.status === 'True');
  const warning = WARNINGS.map(holds).find((one) => one !== undefined);
  const problem = ready?.status === 'True' ? warning : ready;
  return {
    ...driveSummary(drives),
    ...(layout === undefined ? {} : { layout: layoutText(layout) }),
    volumes: volumes.length,
    bound: volumes.filter(({ state }) => state === 'Bound').length,
    unsettled: volumes.filter(({ state }) => AGENT_ONLY_STATES.has(state)).length,
    ...(capacity === 0 ? {} : { capacity: sizeText(capacity) }),
    ...(progress === undefined ? {} : { progress: `${progress.step}/${progress.of}` }),
    ...(warning === undefined ? {} : { warning: warning.type as ConditionType }),
    ...(problem === undefined ? {} : { problem: problem.message || problem.reason }),
  };
}

type DriveSummary = Pick<ReportSummary, 'drives' | 'models' | 'numaNodes' | 'wear'>;

/** What tables say of a node's drives. */
export function driveSummary(drives: readonly Drive[]): DriveSummary {
  const local = drives.filter(({ role }) => role === 'Local');
  const ready = local.filter(({ state }) => state === 'Ours' || state === 'Bound');
  const used = local.flatMap(({ health }) => health?.percentageUsed ?? []);
  const models = distinct(local.map(({ model }) => model));
  const numaNodes = distinct(local.map(({ numaNode }) => numaNode));
  return {
    drives: `${ready.length}/${local.length}`,
    ...(models === '' ? {} : { models }),
    ...(numaNodes === '' ? {} : { numaNodes }),
    ...(used.length === 0 ? {} : { wear: `${Math.max(...used)}%` }),
  };
}

function distinct(values: readonly (string | number | undefined)[]): string {
  const known = values.filter((value) => value !== undefined).map((value) => String(value).trim());
  return [...new Set(known)].sort().join(',');
}

/** Bytes of all volumes; of the local drives while there is no volume. */
export function capacityOf(
  drives: readonly Drive[],
  volumes: readonly Pick<VolumeStatus, 'capacity'>[],
): number {
  const published = volumes.reduce((sum, { capacity }) => sum + capacity, 0);
  if (published > 0) return published;
  return drives.filter(({ role }) => role === 'Local').reduce((sum, { size }) => sum + size, 0);
}

/** `RAID0/ext4`, `LVM/instance-store-vg`: one word, so that columns can be cut by scripts. */
export function layoutText({ type, filesystem, raid, lvm }: Layout): string {
  const level = type === 'RAID' ? String(raid?.level ?? 0) : '';
  const detail = type === 'LVM' ? lvm?.vgName : filesystem?.type;
  return `${type}${level}${detail === undefined ? '' : `/${detail}`}`;
}

/** Bytes as Kubernetes writes quantities: `1.7Ti`. */
export const sizeText = (bytes: number): string => formatBytes(bytes).replace(' ', '').replace(/B$/, '');
