import type { KubeApi } from '../../../kube/api.ts';
import { isNotFound } from '../../../kube/errors.ts';
import { nodes } from '../../../kube/resources.ts';
import type { NodeStatus } from './kubelet-up.ts';

/** What the kubelet last said of its Node; rejects as the API server does. */
export function nodeStatusOf(kube: KubeApi, name: string, signal: AbortSignal): NodeStatus {
  return async () => {
    try {
      const { status } = await kube.get(nodes, name, { signal });
      const ready = status?.conditions?.find(({ type }) => type === 'Ready');
      return { ready: ready?.status === 'True', heartbeat: Date.parse(ready?.lastHeartbeatTime ?? '') || 0 };
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  };
}
