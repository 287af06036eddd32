import { Counter, type Registry } from 'prom-client';

export interface BinderMetrics {
  claims: Counter<'outcome'>;
}

export function binderMetrics(registry: Registry): BinderMetrics {
  return {
    claims: new Counter({
      name: 'kubectl_nvme_pinned_claims_total',
      help: 'Claims pinned to a node that were bound there, released, or found changed right before.',
      labelNames: ['outcome'],
      registers: [registry],
    }),
  };
}
