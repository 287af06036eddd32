import type { Drive } from '../../api/drive.ts';
import type { Layout } from '../../api/layout.ts';
import type { Condition, TaintEffect } from '../../api/meta.ts';
import type { Progress, VolumeState } from '../../api/node.ts';

/** One word for where a node's storage stands; conditions' reasons appear as they are. */
export type Phase = string;

/** A volume as the cluster and the agent together see it. */
export interface VolumeSummary {
  name: string;
  state: VolumeState;
  /** Bytes. */
  capacity: number;
  claim?: { namespace: string; name: string };
  reason?: string;
}

/** A taint of ours that is still on the node. */
export interface TaintSummary {
  key: string;
  effect: TaintEffect;
  /** RFC 3339; the best known beginning: Kubernetes does not record it for NoSchedule. */
  since?: string;
}

/** What is wrong, or what a person should know; absent when all is well. */
export interface Problem {
  reason: string;
  message: string;
}

/**
 * Everything `status` knows about one node: what `-o json` prints, one per node. A view, not stored in the cluster;
 * fields are added, never renamed.
 */
export interface NodeStorage {
  apiVersion: string;
  kind: 'NodeStorage';
  metadata: { name: string; uid?: string; creationTimestamp?: string; labels?: Record<string, string> };
  phase: Phase;
  progress?: Progress;
  problem?: Problem;
  profile?: string;
  provider?: string;
  agentVersion?: string;
  layout?: Layout;
  drives: Drive[];
  /** `local` counts drives that could be used, `ready` those that carry our layout. */
  driveCounts: { local: number; ready: number; failed: number };
  volumes: VolumeSummary[];
  volumeCounts: { total: number; available: number; bound: number };
  /** Bytes of all volumes; of the local drives while there is no volume. */
  capacity: number;
  taints: TaintSummary[];
  conditions: Condition[];
}
