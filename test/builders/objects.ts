import { API_VERSION } from '../../api/group.ts';
import {
  HOSTNAME_LABEL,
  MANAGED_BY,
  MANAGED_BY_LABEL,
  NODE_LABEL,
  PROVISIONED_BY,
  PROVISIONER,
} from '../../api/keys.ts';
import type { ObjectMeta } from '../../api/meta.ts';
import type { NVMeNode } from '../../api/node.ts';
import type { NVMeProfile } from '../../api/profile.ts';
import type { Node, PersistentVolume, PersistentVolumeClaim, Pod } from '../../kube/resources.ts';

type Overrides<T> = {
  [K in keyof T]?: T[K] extends object | undefined ? Partial<NonNullable<T[K]>> : T[K];
};

interface Shape {
  metadata?: object | undefined;
  spec?: object | undefined;
  status?: object | undefined;
}

/** Lays overrides over a base, one level deep in metadata, spec and status. */
function overlay<T extends Shape>(base: T, overrides: Overrides<T>): T {
  const result = { ...base, ...overrides } as T;
  for (const key of ['metadata', 'spec', 'status'] as const) {
    const [under, over] = [base[key], overrides[key]];
    if (under || over) result[key] = { ...under, ...over };
  }
  return result;
}

/** A Ready node `n1` without taints. */
export function node(overrides: Overrides<Node> = {}): Node {
  const name = overrides.metadata?.name ?? 'n1';
  const base: Node = {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: { [HOSTNAME_LABEL]: name } },
    spec: {},
    status: {
      conditions: [{ type: 'Ready', status: 'True' }],
      nodeInfo: {
        bootID: 'boot-1',
        machineID: 'machine-1',
        systemUUID: 'system-1',
        kernelVersion: '6.1.0',
        osImage: 'Debian GNU/Linux 12 (bookworm)',
        operatingSystem: 'linux',
        architecture: 'amd64',
        containerRuntimeVersion: 'containerd://2.2.0',
        kubeletVersion: 'v1.36.0',
        kubeProxyVersion: '',
      },
    },
  };
  return overlay(base, overrides);
}

/** An Available PV of ours on node `n1`; give `nodeName` for another. */
export function persistentVolume(
  overrides: Overrides<PersistentVolume> = {},
  nodeName = 'n1',
): PersistentVolume {
  const base: PersistentVolume = {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: {
      name: 'pv-1',
      labels: { [MANAGED_BY_LABEL]: MANAGED_BY, [NODE_LABEL]: nodeName },
      annotations: { [PROVISIONED_BY]: PROVISIONER },
    },
    spec: {
      capacity: { storage: '2Gi' },
      accessModes: ['ReadWriteOnce'],
      volumeMode: 'Filesystem',
      persistentVolumeReclaimPolicy: 'Delete',
      storageClassName: 'nvme-ssd',
      local: { path: '/pv-disks/00000000-0000-4000-8000-00000000000a/data' },
      nodeAffinity: {
        required: {
          nodeSelectorTerms: [
            { matchExpressions: [{ key: HOSTNAME_LABEL, operator: 'In', values: [nodeName] }] },
          ],
        },
      },
    },
    status: { phase: 'Available' },
  };
  return overlay(base, overrides);
}

/** A Pending claim `default/data-0` of the class `nvme-ssd`. */
export function claim(overrides: Overrides<PersistentVolumeClaim> = {}): PersistentVolumeClaim {
  const base: PersistentVolumeClaim = {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'data-0', namespace: 'default' },
    spec: {
      accessModes: ['ReadWriteOnce'],
      storageClassName: 'nvme-ssd',
      resources: { requests: { storage: '1Gi' } },
    },
    status: { phase: 'Pending' },
  };
  return overlay(base, overrides);
}

/** A Running pod `default/db-0` on node `n1` that uses the claim `data-0`. */
export function pod(overrides: Overrides<Pod> = {}): Pod {
  const base: Pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'db-0', namespace: 'default' },
    spec: {
      nodeName: 'n1',
      containers: [{ name: 'main', image: 'pause' }],
      volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data-0' } }],
    },
    status: { phase: 'Running' },
  };
  return overlay(base, overrides);
}

type NVMeProfileOverrides = { metadata?: ObjectMeta } & Pick<NVMeProfile, 'spec'>;

/** A profile `fast` that selects `disk=nvme` and leaves the rest to defaulting. */
export function nvmeProfile(overrides: NVMeProfileOverrides = {}): NVMeProfile {
  return {
    apiVersion: API_VERSION,
    kind: 'NVMeProfile',
    metadata: { name: 'fast', ...overrides.metadata },
    spec: { nodeSelector: { matchLabels: { disk: 'nvme' } }, ...overrides.spec },
  };
}

type NVMeNodeOverrides = { metadata?: ObjectMeta } & Pick<NVMeNode, 'spec' | 'status'>;

/** The NVMeNode of node `n1` ruled by profile `fast`, without a status. */
export function nvmeNode(overrides: NVMeNodeOverrides = {}): NVMeNode {
  return {
    apiVersion: API_VERSION,
    kind: 'NVMeNode',
    metadata: { name: 'n1', ...overrides.metadata },
    spec: { profile: 'fast', ...overrides.spec },
    ...(overrides.status ? { status: overrides.status } : {}),
  };
}
