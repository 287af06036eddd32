import { HOSTNAME_LABEL } from '../../api/keys.ts';
import type { Node } from '../../kube/resources.ts';

/** A Node as a kubelet sends it to register, its hostname label included. */
export function newNode(
  name: string,
  labels: Record<string, string>,
  annotations?: Record<string, string>,
): Node {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      labels: { [HOSTNAME_LABEL]: name, ...labels },
      ...(annotations ? { annotations } : {}),
    },
    spec: {},
  };
}

/** What its kubelet reports in a boot: Ready, and room for ten pods. */
export const readyStatus = (bootID: string) => ({
  status: {
    conditions: [{ type: 'Ready', status: 'True', reason: 'KubeletReady' }],
    capacity: { pods: '10', cpu: '4', memory: '4Gi' },
    allocatable: { pods: '10', cpu: '4', memory: '4Gi' },
    nodeInfo: {
      ...{ bootID, machineID: 'm', systemUUID: 's', kernelVersion: '6', osImage: 'test' },
      ...{ containerRuntimeVersion: 'none', kubeletVersion: 'v1.36.3', kubeProxyVersion: '' },
      ...{ operatingSystem: 'linux', architecture: 'amd64' },
    },
  },
});
