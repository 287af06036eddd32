import type {
  V1Lease,
  V1ConfigMap,
  V1CSIDriver,
  V1CSIStorageCapacity,
  V1CustomResourceDefinition,
  V1DaemonSet,
  V1Deployment,
  V1EndpointSlice,
  V1MutatingWebhookConfiguration,
  V1Namespace,
  V1Node,
  V1PersistentVolume,
  V1PersistentVolumeClaim,
  V1Pod,
  V1RoleBinding,
  V1Secret,
  V1StatefulSet,
  V1StorageClass,
  V1ValidatingWebhookConfiguration,
} from '@kubernetes/client-node';
import { GROUP, VERSION } from '../api/group.ts';
import type { NVMeNode } from '../api/node.ts';
import type { NVMeProfile } from '../api/profile.ts';
import type { ResourceType } from './api.ts';

function resource<T>(
  group: string,
  version: string,
  plural: string,
  kind: string,
  namespaced: boolean,
): ResourceType<T> {
  return { group, version, plural, kind, namespaced };
}

/**
 * Kubernetes sends times as text; client-node's types say Date. This says what really comes over the wire.
 */
export type Wire<T> = T extends Date
  ? string
  : T extends readonly (infer U)[]
    ? Wire<U>[]
    : T extends object
      ? { [K in keyof T]: Wire<T[K]> }
      : T;

export type Node = Wire<V1Node>;
export type Pod = Wire<V1Pod>;
export type PersistentVolume = Wire<V1PersistentVolume>;
export type PersistentVolumeClaim = Wire<V1PersistentVolumeClaim>;
export type StorageClass = Wire<V1StorageClass>;
export type CSIStorageCapacity = Wire<V1CSIStorageCapacity>;
export type Lease = Wire<V1Lease>;
export type ConfigMap = Wire<V1ConfigMap>;
export type Secret = Wire<V1Secret>;
export type MutatingWebhookConfiguration = Wire<V1MutatingWebhookConfiguration>;
export type ValidatingWebhookConfiguration = Wire<V1ValidatingWebhookConfiguration>;
export type Deployment = Wire<V1Deployment>;
export type DaemonSet = Wire<V1DaemonSet>;
export type RoleBinding = Wire<V1RoleBinding>;
export type CSIDriver = Wire<V1CSIDriver>;
export type EndpointSlice = Wire<V1EndpointSlice>;

/** core/v1 Event, the fields that we write. */
export interface CoreEvent {
  apiVersion: 'v1';
  kind: 'Event';
  metadata: { name: string; namespace: string; resourceVersion?: string };
  involvedObject: {
    apiVersion?: string;
    kind: string;
    name: string;
    namespace?: string;
    uid?: string;
  };
  reason: string;
  message: string;
  type: 'Normal' | 'Warning';
  count?: number;
  firstTimestamp?: string;
  lastTimestamp?: string;
  source?: { component: string; host?: string };
  reportingComponent?: string;
  reportingInstance?: string;
}

/** Who the API server takes us for; made by asking, never stored. */
export interface SelfSubjectReview {
  status?: { userInfo?: { username?: string } };
}

export const selfSubjectReviews = resource<SelfSubjectReview>(
  'authentication.k8s.io',
  'v1',
  'selfsubjectreviews',
  'SelfSubjectReview',
  false,
);
export const nodes = resource<Node>('', 'v1', 'nodes', 'Node', false);
export const pods = resource<Pod>('', 'v1', 'pods', 'Pod', true);
export const persistentVolumes = resource<PersistentVolume>(
  '',
  'v1',
  'persistentvolumes',
  'PersistentVolume',
  false,
);
export const persistentVolumeClaims = resource<PersistentVolumeClaim>(
  '',
  'v1',
  'persistentvolumeclaims',
  'PersistentVolumeClaim',
  true,
);
export const events = resource<CoreEvent>('', 'v1', 'events', 'Event', true);
export const secrets = resource<Secret>('', 'v1', 'secrets', 'Secret', true);
export const configMaps = resource<ConfigMap>('', 'v1', 'configmaps', 'ConfigMap', true);
export const namespaces = resource<Wire<V1Namespace>>('', 'v1', 'namespaces', 'Namespace', false);
export const deployments = resource<Deployment>('apps', 'v1', 'deployments', 'Deployment', true);
export const daemonSets = resource<DaemonSet>('apps', 'v1', 'daemonsets', 'DaemonSet', true);
export const statefulSets = resource<Wire<V1StatefulSet>>('apps', 'v1', 'statefulsets', 'StatefulSet', true);
export const roleBindings = resource<RoleBinding>(
  'rbac.authorization.k8s.io',
  'v1',
  'rolebindings',
  'RoleBinding',
  true,
);
export const storageClasses = resource<StorageClass>(
  'storage.k8s.io',
  'v1',
  'storageclasses',
  'StorageClass',
  false,
);
export const csiDrivers = resource<CSIDriver>('storage.k8s.io', 'v1', 'csidrivers', 'CSIDriver', false);
export const csiStorageCapacities = resource<CSIStorageCapacity>(
  'storage.k8s.io',
  'v1',
  'csistoragecapacities',
  'CSIStorageCapacity',
  true,
);
export const leases = resource<Lease>('coordination.k8s.io', 'v1', 'leases', 'Lease', true);
export const mutatingWebhooks = resource<MutatingWebhookConfiguration>(
  'admissionregistration.k8s.io',
  'v1',
  'mutatingwebhookconfigurations',
  'MutatingWebhookConfiguration',
  false,
);
export const validatingWebhooks = resource<ValidatingWebhookConfiguration>(
  'admissionregistration.k8s.io',
  'v1',
  'validatingwebhookconfigurations',
  'ValidatingWebhookConfiguration',
  false,
);
export const customResourceDefinitions = resource<Wire<V1CustomResourceDefinition>>(
  'apiextensions.k8s.io',
  'v1',
  'customresourcedefinitions',
  'CustomResourceDefinition',
  false,
);
export const nvmeProfiles = resource<NVMeProfile>(GROUP, VERSION, 'nvmeprofiles', 'NVMeProfile', false);
export const nvmeNodes = resource<NVMeNode>(GROUP, VERSION, 'nvmenodes', 'NVMeNode', false);
export const endpointSlices = resource<EndpointSlice>(
  'discovery.k8s.io',
  'v1',
  'endpointslices',
  'EndpointSlice',
  true,
);
