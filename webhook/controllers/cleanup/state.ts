import { clusterState, type ClusterState } from '../../../orphans/state.ts';
import type { Caches } from '../caches.ts';

/** What orphans are judged by, as the caches have it. */
export function stateOf(caches: Caches): ClusterState {
  return clusterState({
    nodes: caches.nodes.store.all(),
    nvmeNodes: caches.nvmeNodes.store.all(),
    profiles: caches.profiles.store.all(),
    volumes: caches.volumes.store.all(),
    claims: caches.claims.store.all(),
    pods: caches.pods.store.all(),
    storageClasses: caches.storageClasses.store.all(),
  });
}
