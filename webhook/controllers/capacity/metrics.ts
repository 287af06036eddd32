import { Counter, type Registry } from 'prom-client';

export interface CapacityMetrics {
  changes: Counter<'change'>;
}

export function capacityMetrics(registry: Registry): CapacityMetrics {
  return {
    changes: new Counter({
      name: 'kubectl_nvme_capacity_changes_total',
      help: 'CSIStorageCapacity objects for the autoscaler that were created, resized or deleted.',
      labelNames: ['change'],
      registers: [registry],
    }),
  };
}
