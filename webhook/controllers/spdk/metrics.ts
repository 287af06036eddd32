import { Counter, type Registry } from 'prom-client';

export interface SpdkMetrics {
  changes: Counter<'outcome'>;
}

export function spdkMetrics(registry: Registry): SpdkMetrics {
  return {
    changes: new Counter({
      name: 'kubectl_nvme_spdk_changes_total',
      help: 'Deployments of SPDK that were given what their node has, found changed right before, or not allowed to be.',
      labelNames: ['outcome'],
      registers: [registry],
    }),
  };
}
