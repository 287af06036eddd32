import { API_VERSION } from '../../api/group.ts';
import type { Condition } from '../../api/meta.ts';
import type { NVMeNode, NVMeNodeStatus, Progress } from '../../api/node.ts';
import { CONDITIONS, type ConditionType } from '../../api/reasons.ts';
import type { ReportSummary } from '../../api/summary.ts';
import type { Table } from '../../kube/api.ts';

/** What one row of `kubectl get nvmenodes -o wide` says, by column. */
class Cells {
  readonly #cells: ReadonlyMap<string, unknown>;

  constructor(columns: readonly string[], row: readonly unknown[]) {
    this.#cells = new Map(columns.map((column, index) => [column, row[index]]));
  }

  text(column: string): string | undefined {
    const cell = this.#cells.get(column);
    return typeof cell === 'string' && cell !== '' ? cell : undefined;
  }

  count(column: string): number {
    return Number(this.#cells.get(column) ?? 0);
  }
}

/**
 * NVMeNodes made out of the API server's table: with a summary and what the phase is decided by. Without a summary where
 * the agent, or the kind's definition in the cluster, is too old for one.
 */
export function briefReports({ columns, rows }: Table): NVMeNode[] {
  return rows.map((row) => {
    const cells = new Cells(columns, row);
    const profile = cells.text('Profile');
    return {
      apiVersion: API_VERSION,
      kind: 'NVMeNode',
      metadata: { name: cells.text('Name') ?? '' },
      ...(profile === undefined ? {} : { spec: { profile } }),
      status: statusOf(cells),
    };
  });
}

function statusOf(cells: Cells): NVMeNodeStatus {
  const summary = summaryFrom(cells);
  if (summary === undefined) return {};
  const progress = progressOf(cells);
  return {
    ...texts(cells, { nodeUID: 'Node UID', bootID: 'Boot ID', provider: 'Provider', agentVersion: 'Agent' }),
    ...(progress === undefined ? {} : { progress }),
    conditions: conditionsOf(cells, summary),
    summary,
  };
}

function summaryFrom(cells: Cells): ReportSummary | undefined {
  const drives = cells.text('Drives');
  if (drives === undefined) return undefined;
  const warning = cells.text('Warning') as ConditionType | undefined;
  return {
    drives,
    volumes: cells.count('Volumes'),
    bound: cells.count('Bound'),
    unsettled: cells.count('Unsettled'),
    ...texts(cells, { layout: 'Layout', capacity: 'Capacity', progress: 'Progress', problem: 'Problem' }),
    ...texts(cells, { models: 'Model', numaNodes: 'NUMA', wear: 'Wear' }),
    ...(warning === undefined ? {} : { warning }),
  };
}

function texts<K extends string>(
  cells: Cells,
  columns: Readonly<Record<K, string>>,
): Partial<Record<K, string>> {
  const found: Partial<Record<K, string>> = {};
  for (const [key, column] of Object.entries(columns) as [K, string][]) {
    const text = cells.text(column);
    if (text !== undefined) found[key] = text;
  }
  return found;
}

function progressOf(cells: Cells): Progress | undefined {
  const [step, of] = cells.text('Progress')?.split('/').map(Number) ?? [];
  const name = cells.text('Step');
  return step === undefined || of === undefined || name === undefined ? undefined : { step, of, name };
}

/** The conditions that decide the phase; what else the agent said of them is not in the table. */
function conditionsOf(cells: Cells, { warning, problem = '' }: ReportSummary): Condition[] {
  const status = cells.text('Ready') as Condition['status'] | undefined;
  const ready = { type: CONDITIONS.Ready, reason: cells.text('Reason') ?? '', message: problem };
  return [
    ...(status === undefined ? [] : [{ ...ready, status, lastTransitionTime: '' }]),
    ...(warning === undefined
      ? []
      : [
          {
            type: warning,
            status: 'True' as const,
            reason: warning,
            message: problem,
            lastTransitionTime: '',
          },
        ]),
  ];
}
