import { GROUP } from '../api/group.ts';
import { CLEANUP_CONFIG_MAP, SPDK_ROLE } from '../api/keys.ts';
import type { Permission } from '../kube/rbac.ts';
import { AUTHORITY_SECRET } from './certificates/authority-secret.ts';
import { LEASE_NAME } from './lease-name.ts';
import { CONFIGURATION_NAME } from './registration/configuration.ts';

/** One row of the webhook's RBAC. */
export interface WebhookPermission extends Permission {
  /**
   * `admission` is left out where an admission policy puts the taint on; `spdk` is bound by nobody but users, in namespaces
   * of their own.
   */
  part: 'admission' | 'controllers' | 'spdk';
}

const WEBHOOKS = ['mutatingwebhookconfigurations', 'validatingwebhookconfigurations'];
const ADMISSION_REGISTRATION = 'admissionregistration.k8s.io';

/**
 * Everything that nvme-webhook may ask of the API server. manifests/base/webhook-rbac.yaml is generated from it, and a test
 * compares it with the calls that the program makes: neither may have one that the other lacks.
 */
export const PERMISSIONS: readonly WebhookPermission[] = [
  { part: 'admission', group: GROUP, resources: ['nvmeprofiles'], verbs: ['list', 'watch'] },
  // What does not exist yet has no name that RBAC could go by.
  { part: 'admission', group: ADMISSION_REGISTRATION, resources: WEBHOOKS, verbs: ['create'] },
  {
    part: 'admission',
    group: ADMISSION_REGISTRATION,
    resources: WEBHOOKS,
    verbs: ['get', 'list', 'watch', 'update'],
    names: [CONFIGURATION_NAME],
  },
  { part: 'admission', group: '', resources: ['secrets'], verbs: ['create'], ownNamespace: true },
  {
    part: 'admission',
    group: '',
    resources: ['secrets'],
    verbs: ['get', 'list', 'watch', 'update'],
    ownNamespace: true,
    names: [AUTHORITY_SECRET],
  },
  { part: 'controllers', group: '', resources: ['nodes'], verbs: ['get', 'list', 'watch', 'patch'] },
  { part: 'controllers', group: GROUP, resources: ['nvmeprofiles'], verbs: ['list', 'watch'] },
  {
    part: 'controllers',
    group: GROUP,
    resources: ['nvmenodes'],
    verbs: ['get', 'list', 'watch', 'create', 'patch', 'delete'],
  },
  {
    part: 'controllers',
    group: '',
    resources: ['persistentvolumes', 'persistentvolumeclaims'],
    verbs: ['get', 'list', 'watch', 'patch', 'delete'],
  },
  { part: 'controllers', group: '', resources: ['pods'], verbs: ['list', 'watch', 'delete'] },
  {
    part: 'controllers',
    group: 'storage.k8s.io',
    resources: ['storageclasses'],
    verbs: ['get', 'list', 'watch', 'create'],
  },
  { part: 'controllers', group: '', resources: ['events'], verbs: ['create', 'patch'] },
  {
    part: 'controllers',
    group: 'storage.k8s.io',
    resources: ['csistoragecapacities'],
    verbs: ['list', 'watch', 'create', 'patch', 'delete'],
    ownNamespace: true,
  },
  { part: 'controllers', group: '', resources: ['configmaps'], verbs: ['create'], ownNamespace: true },
  {
    part: 'controllers',
    group: '',
    resources: ['configmaps'],
    verbs: ['list', 'watch', 'patch'],
    ownNamespace: true,
    names: [CLEANUP_CONFIG_MAP],
  },
  {
    part: 'controllers',
    group: 'coordination.k8s.io',
    resources: ['leases'],
    verbs: ['create'],
    ownNamespace: true,
  },
  {
    part: 'controllers',
    group: 'coordination.k8s.io',
    resources: ['leases'],
    verbs: ['get', 'update'],
    ownNamespace: true,
    names: [LEASE_NAME],
  },
  // In all namespaces, but only those of this name: where users have let us in, and nothing else of who may what.
  {
    part: 'controllers',
    group: 'rbac.authorization.k8s.io',
    resources: ['rolebindings'],
    verbs: ['list', 'watch'],
    names: [SPDK_ROLE],
  },
  { part: 'spdk', group: 'apps', resources: ['deployments'], verbs: ['list', 'watch', 'patch'] },
];
