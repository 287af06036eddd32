import type { ConfigMap } from '../../../kube/resources.ts';

/** Name of the ConfigMap in the webhook's namespace. Only the leader writes `record`, only people `approved`. */
export const RECORD_NAME = 'nvme-webhook-cleanup';
const RECORD_KEY = 'record';
/** JSON list of PV UIDs that a person released; `kubectl nvme cleanup --approve` writes it. */
export const APPROVED_KEY = 'approved';

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
    const record = JSON.parse(configMap?.data?.[RECORD_KEY] ?? 'null') as CleanupRecord | null;
    const isWhole = Array.isArray(record?.announced) && typeof record.missed === 'object';
    return isWhole ? record : undefined;
  } catch {
    return undefined;
  }
}

/** UIDs of the volumes that people released. */
export function readApproved(configMap: ConfigMap | undefined): Set<string> {
  try {
    const list: unknown = JSON.parse(configMap?.data?.[APPROVED_KEY] ?? '[]');
    return new Set(Array.isArray(list) ? list.filter((uid): uid is string => typeof uid === 'string') : []);
  } catch {
    return new Set();
  }
}

/** The data of the ConfigMap that a record makes, without the people's part. */
export const recordData = (record: CleanupRecord): Record<string, string> => ({
  [RECORD_KEY]: JSON.stringify(record),
});
