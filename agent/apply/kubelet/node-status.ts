import { absent } from '../../../kube/absent.ts';
import type { KubeApi } from '../../../kube/api.ts';
import { nodes } from '../../../kube/resources.ts';
import type { NodeStatus } from './kubelet-up.ts';

/** What the kubelet last said of its Node; rejects as the API server does. */
export function nodeStatusOf(kube: KubeApi, name: string, signal: AbortSignal): NodeStatus {
  return async () => {
    const node = await absent(kube.get(nodes, name, { signal }));
    if (node === undefined) return undefined;
    const ready = node.status?.conditions?.find(({ type }) => type === 'Ready');
    return { ready: ready?.status === 'True', heartbeat: Date.parse(ready?.lastHeartbeatTime ?? '') || 0 };
  };
}
