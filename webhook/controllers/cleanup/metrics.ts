import { Counter, Gauge, type Registry } from 'prom-client';
import type { DeleteAction } from '../../../orphans/decide.ts';

export interface CleanupMetrics {
  deletions: Counter<'kind' | 'outcome'>;
  orphans: Gauge<'state'>;
  stopped: Gauge;
}

/** One series for each kind and outcome: nothing of the cluster's objects becomes a label. */
export function cleanupMetrics(registry: Registry): CleanupMetrics {
  return {
    deletions: new Counter({
      name: 'kubectl_nvme_orphan_deletions_total',
      help: 'Objects of vanished nodes that clean-up deleted, or found gone or changed right before.',
      labelNames: ['kind', 'outcome'],
      registers: [registry],
    }),
    orphans: new Gauge({
      name: 'kubectl_nvme_orphans',
      help: 'Volumes of vanished nodes: waiting for their grace period, held by a rule, or being deleted.',
      labelNames: ['state'],
      registers: [registry],
    }),
    stopped: new Gauge({
      name: 'kubectl_nvme_cleanup_stopped',
      help: '1 while the circuit breaker lets nothing be deleted without an approval.',
      registers: [registry],
    }),
  };
}

/** The label of a deletion. */
export const kindLabel = (action: DeleteAction): string => action.kind.replace('delete-', '');
