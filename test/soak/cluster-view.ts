import type { NVMeNode } from '../../api/node.ts';
import type { KubeApi, ResourceType } from '../../kube/api.ts';
import {
  nodes,
  nvmeNodes,
  persistentVolumeClaims,
  persistentVolumes,
  pods,
  type Node,
  type PersistentVolume,
  type PersistentVolumeClaim,
  type Pod,
} from '../../kube/resources.ts';
import { keyOf } from '../../kube/store.ts';

/** What the API server has, by names: the truth that everything else is compared with. */
export interface ClusterView {
  /** Milliseconds of `performance.now()` before the first list. */
  begunAt: number;
  nodes: ReadonlyMap<string, Node>;
  nvmeNodes: ReadonlyMap<string, NVMeNode>;
  volumes: ReadonlyMap<string, PersistentVolume>;
  claims: ReadonlyMap<string, PersistentVolumeClaim>;
  pods: ReadonlyMap<string, Pod>;
}

/** Lists everything that a soak looks at; `kube` is a client that no fault stands before. */
export async function lookAtCluster(kube: KubeApi): Promise<ClusterView> {
  const begunAt = performance.now();
  const byKey = async <T>(type: ResourceType<T>): Promise<Map<string, T>> => {
    const { items } = await kube.listAll(type);
    return new Map(items.map((item) => [keyOf(item), item]));
  };
  return {
    begunAt,
    nodes: await byKey(nodes),
    nvmeNodes: await byKey(nvmeNodes),
    volumes: await byKey(persistentVolumes),
    claims: await byKey(persistentVolumeClaims),
    pods: await byKey(pods),
  };
}
