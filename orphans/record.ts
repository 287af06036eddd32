import { CLEANUP_APPROVED, CLEANUP_RECORD } from '../api/keys.ts';
import type { ConfigMap } from '../kube/resources.ts';

/** A Node that is not there any more. */
export interface MissedNode {
  name: string;
  /** When it was first missed, in milliseconds since the epoch. */
  at: number;
  /** Whether somebody had said before that it would go: an autoscaler's taint, or cordoned. */
  announced: boolean;
}

/** Why clean-up deletes nothing until a person approves. */
export interface Latch {
  at: number;
  /** UIDs of the Nodes whose volumes wait for an approval. */
  nodes: string[];
  /** UIDs of all Nodes that vanished unannounced and were not seen again, whatever was approved. */
  suspects?: string[];
  /** Nodes that there were when it latched; with `suspects` what tells a false list from a real loss. */
  of?: number;
  message: string;
}

/** What clean-up must not forget when the leader changes; Nodes by UID. */
export interface CleanupRecord {
  missed: Record<string, MissedNode>;
  /** UIDs of present Nodes whose end is announced. */
  announced: string[];
  latch?: Latch;
}

export const EMPTY_RECORD: CleanupRecord = { missed: {}, announced: [] };

/** Reads the record; undefined when there is none, or somebody made it unreadable. */
export function readRecord(configMap: ConfigMap | undefined): CleanupRecord | undefined {
  try {
    const record = JSON.parse(configMap?.data?.[CLEANUP_RECORD] ?? 'null') as CleanupRecord | null;
    const isWhole = Array.isArray(record?.announced) && typeof record.missed === 'object';
    return isWhole ? record : undefined;
  } catch {
    return undefined;
  }
}

/** UIDs of the volumes that people released. */
export function readApproved(configMap: ConfigMap | undefined): Set<string> {
  try {
    const list: unknown = JSON.parse(configMap?.data?.[CLEANUP_APPROVED] ?? '[]');
    return new Set(Array.isArray(list) ? list.filter((uid): uid is string => typeof uid === 'string') : []);
  } catch {
    return new Set();
  }
}

/** What a stopped clean-up says about each volume that it leaves. */
export const stoppedReason = ({ message }: Latch): string =>
  `clean-up is stopped: ${message}; look at \`kubectl nvme list orphans\`, release them with \`kubectl nvme cleanup --approve\``;

/** The data of the ConfigMap that a record makes, without the people's part. */
export const recordData = (record: CleanupRecord): Record<string, string> => ({
  [CLEANUP_RECORD]: JSON.stringify(record),
});
