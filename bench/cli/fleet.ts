import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { takeInventory } from '../../agent/inventory/classify.ts';
import { parseSnapshot } from '../../agent/inventory/parse-snapshot.ts';
import { givenUp } from '../../agent/order/order.ts';
import { planSetup } from '../../agent/plan/plan.ts';
import { trimmedSnapshot } from '../../agent/report/trimmed-snapshot.ts';
import { withDefaults } from '../../api/defaults.ts';
import { API_VERSION } from '../../api/group.ts';
import { HOSTNAME_LABEL, NODE_LABEL, PROVISIONED_BY, PROVISIONER } from '../../api/keys.ts';
import type { NVMeNode, NVMeNodeStatus } from '../../api/node.ts';
import { summaryOf } from '../../api/summary.ts';
import type { Node, PersistentVolume } from '../../kube/resources.ts';

/** Nodes, and volumes on each. */
export const FLEET = { nodes: 2_000, volumesPerNode: 4 };

const SNAPSHOT = join(import.meta.dirname, '../../test/fixtures/snapshots/metal-4-nvme-numa.json');

/** `bench-0007`. */
export const nodeName = (index: number): string => `bench-${String(index).padStart(4, '0')}`;

const volumeNames = (node: string): string[] =>
  Array.from({ length: FLEET.volumesPerNode }, (_, index) => `${node}-${index}`);

/** A node of about 12 kB, as a kubelet keeps it: most of it is the list of images. */
export function fleetNode(name: string): Node {
  const capacity = {
    cpu: '64',
    memory: '256Gi',
    pods: '110',
    'ephemeral-storage': '500Gi',
    'hugepages-2Mi': '0',
  };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      labels: {
        [HOSTNAME_LABEL]: name,
        'topology.kubernetes.io/zone': 'zone-a',
        'kubernetes.io/os': 'linux',
      },
    },
    spec: { providerID: `bench:///zone-a/${name}` },
    status: {
      capacity,
      allocatable: capacity,
      conditions: ['MemoryPressure', 'DiskPressure', 'PIDPressure', 'Ready'].map((type) => ({
        type,
        status: type === 'Ready' ? 'True' : 'False',
        reason: `Kubelet${type}`,
        message: `the kubelet's word on ${type}`,
      })),
      nodeInfo: nodeInfo(name),
      images: Array.from({ length: 50 }, (_, index) => ({
        names: [
          `registry.example/platform/component-${index}@sha256:${String(index).padStart(64, '0')}`,
          `registry.example/platform/component-${index}:v1.${index}.0`,
        ],
        sizeBytes: 100_000_000 + index,
      })),
    },
  };
}

const nodeInfo = (name: string) => ({
  bootID: `boot-${name}`,
  machineID: `machine-${name}`,
  systemUUID: `system-${name}`,
  kernelVersion: '6.1.0',
  osImage: 'Debian GNU/Linux 12 (bookworm)',
  operatingSystem: 'linux',
  architecture: 'amd64',
  containerRuntimeVersion: 'containerd://2.2.0',
  kubeletVersion: 'v1.36.3',
  kubeProxyVersion: '',
});

/** One of the node's volumes. */
export function fleetVolumes(node: string): PersistentVolume[] {
  return volumeNames(node).map((name) => ({
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name, labels: { [NODE_LABEL]: node }, annotations: { [PROVISIONED_BY]: PROVISIONER } },
    spec: {
      capacity: { storage: '3840755982336' },
      accessModes: ['ReadWriteOnce'],
      persistentVolumeReclaimPolicy: 'Delete',
      storageClassName: 'nvme-ssd',
      local: { path: `/pv-disks/${name}/data` },
      nodeAffinity: {
        required: {
          nodeSelectorTerms: [
            { matchExpressions: [{ key: HOSTNAME_LABEL, operator: 'In', values: [node] }] },
          ],
        },
      },
    },
  }));
}

/** A node's report without its status, which the API server takes in a write of its own. */
export const fleetReport = (name: string, uid: string): NVMeNode => ({
  apiVersion: API_VERSION,
  kind: 'NVMeNode',
  metadata: { name, ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name, uid }] },
  spec: { profile: 'bench' },
});

/** What an agent reports of a machine with four drives: made from a snapshot by the agent's own code. */
export function fleetStatuses(): (name: string, uid: string) => NVMeNodeStatus {
  const snapshot = parseSnapshot(readFileSync(SNAPSHOT, 'utf8'));
  const spec = withDefaults();
  const inventory = takeInventory(snapshot, {
    provider: spec.provider,
    drives: spec.drives,
    strict: true,
    volumes: [],
  });
  const { plan } = planSetup(inventory, { spec, nodeUID: 'uid', consent: { order: givenUp('', inventory) } });
  const now = new Date().toISOString();
  const reported = (name: string, uid: string): NVMeNodeStatus => ({
    nodeUID: uid,
    bootID: `boot-${name}`,
    provider: plan.provider,
    agentVersion: '0.1.0',
    drives: plan.drives.map((drive) => (drive.role === 'Local' ? { ...drive, state: 'Ours' } : drive)),
    layout: plan.layout,
    plan,
    inventory: trimmedSnapshot(snapshot),
    volumes: volumeNames(name).map((volume) => ({
      name: volume,
      state: 'Available',
      path: `/pv-disks/${volume}/data`,
      capacity: 3_840_755_982_336,
      identity: volume,
    })),
    conditions: [
      {
        type: 'Ready',
        status: 'True',
        reason: 'Ready',
        message: 'all drives are ready',
        lastTransitionTime: now,
      },
    ],
  });
  return (name, uid) => {
    const status = reported(name, uid);
    return { ...status, summary: summaryOf(status) };
  };
}
