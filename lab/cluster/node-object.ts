/** What of a Node the lab looks at. */
export interface NodeObject {
  metadata: { name: string; uid: string; resourceVersion: string; labels?: Record<string, string> };
  spec: { providerID?: string; taints?: { key: string; effect: string; value?: string }[] };
  status: {
    nodeInfo?: { bootID: string };
    conditions?: { type: string; status: string; reason?: string }[];
    addresses?: { type: string; address: string }[];
  };
}

/** The taint that a kubelet with an external cloud provider is born with. */
export const UNINITIALIZED_TAINT = 'node.cloudprovider.kubernetes.io/uninitialized';
