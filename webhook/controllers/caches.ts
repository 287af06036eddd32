import { MANAGED_BY, MANAGED_BY_LABEL } from '../../api/keys.ts';
import type { NVMeNode } from '../../api/node.ts';
import type { NVMeProfile } from '../../api/profile.ts';
import type { KubeApi, ResourceType } from '../../kube/api.ts';
import type { Clock } from '../../kube/clock.ts';
import { slim } from '../../kube/projection.ts';
import { Reflector } from '../../kube/reflector.ts';
import {
  configMaps,
  csiStorageCapacities,
  nodes,
  nvmeNodes,
  nvmeProfiles,
  persistentVolumeClaims,
  persistentVolumes,
  pods,
  storageClasses,
  type ConfigMap,
  type CSIStorageCapacity,
  type Node,
  type PersistentVolume,
  type PersistentVolumeClaim,
  type Pod,
  type StorageClass,
} from '../../kube/resources.ts';
import { slimNode, slimNVMeNode, slimPod } from './projections.ts';

/** What the controllers decide from; every replica keeps it true, so that a new leader need not wait. */
export interface Caches {
  nodes: Reflector<Node>;
  nvmeNodes: Reflector<NVMeNode>;
  profiles: Reflector<NVMeProfile>;
  storageClasses: Reflector<StorageClass>;
  volumes: Reflector<PersistentVolume>;
  claims: Reflector<PersistentVolumeClaim>;
  pods: Reflector<Pod>;
  /** What we told the autoscaler. */
  capacities: Reflector<CSIStorageCapacity>;
  /** Clean-up's record, see orphans/record.ts. */
  records: Reflector<ConfigMap>;
}

export interface CacheOptions {
  kube: KubeApi;
  clock: Clock;
  /** The webhook's own namespace. */
  namespace: string;
  /** Name of the ConfigMap with clean-up's record. */
  recordName: string;
  onError: (kind: string, error: unknown) => void;
}

/** Makes the caches. Nothing is asked of the API server before they run. Needs list and watch of each kind. */
export function createCaches({ kube, clock, namespace, recordName, onError }: CacheOptions): Caches {
  const reflect = <T>(type: ResourceType<T>, project: (object: T) => T = slim): Reflector<T> =>
    new Reflector<T>({ kube, clock, type, project, onError: (error) => onError(type.plural, error) });
  return {
    nodes: reflect(nodes, slimNode),
    nvmeNodes: reflect(nvmeNodes, slimNVMeNode),
    profiles: reflect(nvmeProfiles),
    storageClasses: reflect(storageClasses),
    volumes: reflect(persistentVolumes),
    claims: reflect(persistentVolumeClaims),
    pods: reflect(pods, slimPod),
    capacities: new Reflector<CSIStorageCapacity>({
      kube,
      clock,
      type: csiStorageCapacities,
      namespace,
      labelSelector: `${MANAGED_BY_LABEL}=${MANAGED_BY}`,
      onError: (error) => onError('csistoragecapacities', error),
    }),
    records: new Reflector<ConfigMap>({
      kube,
      clock,
      type: configMaps,
      namespace,
      fieldSelector: `metadata.name=${recordName}`,
      onError: (error) => onError('configmaps', error),
    }),
  };
}

/** The caches as one list, where their kinds do not matter. */
export const allCaches = (caches: Caches): Reflector<unknown>[] =>
  Object.values(caches) as Reflector<unknown>[];

/** Names of the caches that have not been filled once. */
export function notSynced(caches: Caches): string[] {
  const entries = Object.entries(caches) as [string, Reflector<unknown>][];
  return entries.filter(([, cache]) => !cache.synced()).map(([name]) => name);
}
