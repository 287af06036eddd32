import type { NodeRequest } from '../../../api/node.ts';
import type { StepProgress } from '../../apply/apply.ts';
import type { ReconcileOptions } from '../reconcile-options.ts';

/** What carrying out a reset needs. */
export interface ResetOptions extends Omit<ReconcileOptions, 'events' | 'version'> {
  request: NodeRequest;
  onProgress: (progress: StepProgress) => Promise<void>;
  signal: AbortSignal;
}
