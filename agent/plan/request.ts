import type { NVMeProfileSpec } from '../../api/profile.ts';
import type { Consent } from './existing-data.ts';

/** What is wanted of a node's drives, and what may be overwritten for it. */
export interface PlanRequest {
  /** Effective spec of the node, see api/defaults.ts `effectiveSpec`. */
  spec: NVMeProfileSpec;
  /** UID of the Node; part of the plan ID. Empty outside a cluster. */
  nodeUID: string;
  /** What may be overwritten beside what is blank or ours; nothing when absent. */
  consent?: Consent;
  /** `status.capacity` of the Node; absent outside a cluster. */
  capacity?: Readonly<Record<string, string>>;
}
