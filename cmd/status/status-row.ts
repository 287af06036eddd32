import { driveSummary, layoutText, sizeText, type ReportSummary } from '../../api/summary.ts';
import type { NodeStorage } from './node-storage.ts';

/** A node as the table shows it: what a NodeStorage and a summary have in common. */
export interface StatusRow
  extends
    Pick<NodeStorage, 'metadata' | 'phase' | 'progress' | 'problem' | 'taints'>,
    Pick<NodeStorage, 'profile' | 'provider' | 'agentVersion'>,
    Pick<ReportSummary, 'drives' | 'layout' | 'volumes' | 'bound' | 'capacity'>,
    Pick<ReportSummary, 'models' | 'numaNodes' | 'wear'> {}

/** The row of a node whose whole report was read. */
export function rowOf(node: NodeStorage): StatusRow {
  const { layout, capacity, volumeCounts, drives, ...rest } = node;
  return {
    ...rest,
    ...driveSummary(drives),
    ...(layout === undefined ? {} : { layout: layoutText(layout) }),
    ...(capacity === 0 ? {} : { capacity: sizeText(capacity) }),
    volumes: volumeCounts.total,
    bound: volumeCounts.bound,
  };
}

/** The row of a node by the summary of its report; volumes are counted live where they could be read. */
export function briefRow(node: NodeStorage, summary: ReportSummary, volumesKnown: boolean): StatusRow {
  const { progress: _, warning: _warning, problem: _problem, unsettled: _unsettled, ...reported } = summary;
  const { drives: _drives, volumes, bound, capacity, ...live } = rowOf(node);
  return {
    ...live,
    ...reported,
    ...(volumesKnown ? { volumes, bound } : {}),
    ...(volumesKnown && capacity !== undefined ? { capacity } : {}),
  };
}
