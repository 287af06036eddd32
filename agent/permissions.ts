import { GROUP } from '../api/group.ts';
import type { Permission } from '../kube/rbac.ts';

/**
 * Everything that nvme-agent may ask of the API server; manifests/base/agent-policy.yaml keeps it to its own node. The
 * RBAC manifest is generated from it, and a test compares it with the calls that the agent makes: neither may have one that
 * the other lacks. To list pods, for hugepages that are free, is given in clusters with SPDK only.
 */
export const PERMISSIONS: readonly Permission[] = [
  // Its own Node: the taint, the pause of a reset, the ready label and annotation, the condition DisksReady.
  { group: '', resources: ['nodes'], verbs: ['get', 'list', 'watch', 'patch'] },
  { group: '', resources: ['nodes/status'], verbs: ['patch'] },
  { group: GROUP, resources: ['nvmeprofiles', 'nvmenodes'], verbs: ['get', 'list', 'watch'] },
  { group: GROUP, resources: ['nvmenodes/status'], verbs: ['patch'] },
  // Publishing and recycling. Every PV of the cluster is read: a drive named by any of them is never a candidate.
  {
    group: '',
    resources: ['persistentvolumes'],
    verbs: ['get', 'list', 'watch', 'create', 'patch', 'delete'],
  },
  { group: '', resources: ['persistentvolumeclaims'], verbs: ['get'] },
  { group: '', resources: ['events'], verbs: ['create', 'patch'] },
];
