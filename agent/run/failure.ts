import { NodeEditError } from '../../kube/edit-node.ts';
import { ApiError, TransportError } from '../../kube/errors.ts';
import { PlanChangedError } from '../apply/plan-changed-error.ts';
import { RefusedError } from '../apply/refused-error.ts';
import { SnapshotError } from '../inventory/snapshot-error.ts';
import type { Failure } from '../report/readiness.ts';
import { DiscoveryError } from './look.ts';
import { NotYet } from './observe.ts';

const CLUSTER_ERRORS = [NotYet, ApiError, TransportError, NodeEditError];

/** What a failed round means for the conditions; what is the cluster's to mend is thrown on, and the round tried again. */
export function failureOf(error: unknown): Failure {
  if (CLUSTER_ERRORS.some((kind) => error instanceof kind)) throw error;
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof PlanChangedError) return { reason: 'PlanChanged', message };
  if (error instanceof RefusedError) return { reason: 'ExistingData', message };
  if (error instanceof DiscoveryError || error instanceof SnapshotError)
    return { reason: 'DiscoveryFailed', message };
  return { reason: 'StepFailed', message };
}
