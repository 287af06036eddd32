import { Counter, type Registry } from 'prom-client';

export type EnrolChange =
  | 'taint-added'
  | 'taint-removed'
  | 'protected'
  | 'unprotected'
  | 'create'
  | 'delete-stale'
  | 'set-profile'
  | 'storage-class';

export interface EnrolMetrics {
  changes: Counter<'change'>;
}

export function enrolMetrics(registry: Registry): EnrolMetrics {
  return {
    changes: new Counter({
      name: 'kubectl_nvme_enrol_changes_total',
      help: 'What the enrol controller changed: taints that slipped past admission, protected nodes, NVMeNodes, StorageClasses.',
      labelNames: ['change'],
      registers: [registry],
    }),
  };
}
