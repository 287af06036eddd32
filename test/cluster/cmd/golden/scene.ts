import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { trimmedSnapshot } from '../../../../agent/report/trimmed-snapshot.ts';
import { parseSnapshot } from '../../../../agent/inventory/parse-snapshot.ts';
import type { Drive } from '../../../../api/drive.ts';
import { CLEANUP_CONFIG_MAP, HOSTNAME_LABEL, PAUSED, WEBHOOK_NAMESPACE } from '../../../../api/keys.ts';
import type { NVMeNodeStatus } from '../../../../api/node.ts';
import { summaryOf } from '../../../../api/summary.ts';
import type { KubeApi } from '../../../../kube/api.ts';
import {
  configMaps,
  nodes,
  nvmeNodes,
  nvmeProfiles,
  persistentVolumeClaims,
  persistentVolumes,
  pods,
  type Node,
} from '../../../../kube/resources.ts';
import { recordData } from '../../../../orphans/record.ts';
import { waitFor } from '../../../../lab/wait.ts';
import { claim, node, nvmeNode, nvmeProfile, pod } from '../../../builders/objects.ts';
import { publishedVolume, type PublishedVolume } from '../../../builders/orphans.ts';

const SNAPSHOT = join(import.meta.dirname, '../../../fixtures/snapshots/metal-4-nvme-numa.json');

/** Nodes as kubelets register them: `worker-1` healthy, `worker-2` refused, `worker-3` paused by a person. */
export async function addNodes(kube: KubeApi): Promise<void> {
  const pause = JSON.stringify({ by: 'ann', why: 'INC-7', at: '2026-11-01T00:00:00Z' });
  await kube.create(nodes, worker('worker-1', { pool: 'nvme' }));
  await kube.create(nodes, worker('worker-2', { pool: 'old' }));
  await kube.create(nodes, worker('worker-3', { pool: 'old' }, { [PAUSED]: pause }));
}

/** What agents, users and clean-up have left on them. */
export async function addStorage(kube: KubeApi): Promise<void> {
  await kube.create(
    nvmeProfiles,
    nvmeProfile({
      metadata: { name: 'nvme', labels: { team: 'storage' } },
      spec: { nodeSelector: { matchLabels: { disk: 'nvme' } }, priority: 10 },
    }),
  );
  const uid = await report(kube, 'worker-1', healthy);
  await report(kube, 'worker-2', refused);
  await addVolume(kube, { name: 'nvme-worker-1-0001', nodeName: 'worker-1', nodeUID: uid });
  await addVolume(kube, { name: 'nvme-worker-1-0002', nodeName: 'worker-1', nodeUID: uid });
  await addVolume(kube, { name: 'nvme-worker-1-3f2a', nodeName: 'worker-1', nodeUID: 'uid-before' });
  await addVolume(kube, { name: 'nvme-worker-9-0001', nodeName: 'worker-9', nodeUID: 'uid-gone' });
  const asked = claim();
  await kube.create(persistentVolumeClaims, {
    ...asked,
    spec: { ...asked.spec, volumeName: 'nvme-worker-1-0001' },
  });
  await kube.create(pods, pod({ spec: { nodeName: 'worker-1' } }));
  const missed = { 'uid-gone': { name: 'worker-9', at: 0, announced: true } };
  const record = { name: CLEANUP_CONFIG_MAP, namespace: WEBHOOK_NAMESPACE };
  await kube.create(configMaps, { metadata: record, data: recordData({ missed, announced: [] }) });
  const patience = { timeoutMs: 30_000, signal: new AbortController().signal };
  await waitFor('the claim to be bound', patience, async () => {
    const { status } = await kube.get(persistentVolumes, 'nvme-worker-1-0001');
    return status?.phase === 'Bound' ? true : undefined;
  });
}

function worker(
  name: string,
  labels: Record<string, string>,
  annotations: Record<string, string> = {},
): Node {
  const capacity = { pods: '20', cpu: '8', memory: '16Gi', 'hugepages-2Mi': '256Mi' };
  const { spec, status } = node();
  return {
    ...node({
      metadata: {
        name,
        annotations,
        labels: { disk: 'nvme', [HOSTNAME_LABEL]: name, 'kubernetes.io/os': 'linux', ...labels },
      },
    }),
    ...(spec ? { spec } : {}),
    status: { ...status, capacity, allocatable: capacity },
  };
}

async function report(kube: KubeApi, name: string, status: NVMeNodeStatus): Promise<string> {
  const uid = (await kube.get(nodes, name)).metadata?.uid ?? '';
  const owner = { apiVersion: 'v1', kind: 'Node', name, uid };
  await kube.create(
    nvmeNodes,
    nvmeNode({ metadata: { name, ownerReferences: [owner] }, spec: { profile: 'nvme' } }),
  );
  const plans = {
    plan: { ...plan, id: `setup-${name}`, for: 'setup' as const, steps: [] },
    resetPlan: {
      ...plan,
      id: `reset-${name}`,
      for: 'reset' as const,
      steps: [{ name: 'discard /dev/nvme1n1', command: ['blkdiscard', '/dev/nvme1n1'] }],
    },
  };
  const reported: NVMeNodeStatus = {
    nodeUID: uid,
    bootID: 'boot-1',
    provider: 'generic',
    agentVersion: '0.1.0',
    ...plans,
    ...status,
  };
  const body = { status: { ...reported, summary: summaryOf(reported) } };
  await kube.patch(nvmeNodes, name, { type: 'merge', body }, { subresource: 'status' });
  return uid;
}

async function addVolume(kube: KubeApi, volume: PublishedVolume): Promise<void> {
  const { metadata, spec } = publishedVolume(volume);
  const { uid: _uid, resourceVersion: _version, ...rest } = metadata ?? {};
  await kube.create(persistentVolumes, { metadata: rest, ...(spec ? { spec } : {}) });
}

const local: Drive = {
  path: '/dev/nvme1n1',
  byId: '/dev/disk/by-id/nvme-Fast_1',
  model: 'Fast',
  serial: '1',
  size: 2 ** 40,
  numaNode: 0,
  role: 'Local',
  state: 'Ours',
  health: { percentageUsed: 7, availableSpare: 100, mediaErrors: 0, criticalWarning: 0 },
};
const foreign: Drive = {
  path: '/dev/nvme2n1',
  model: 'Fast',
  serial: '2',
  size: 2 ** 41,
  numaNode: 1,
  role: 'Local',
  state: 'Foreign',
  reason: 'carries an ext4 filesystem of someone else',
  health: { percentageUsed: 104, availableSpare: 3, mediaErrors: 2, criticalWarning: 1 },
};
const handed: Drive = {
  path: '0000:01:00.0',
  pciAddress: '0000:01:00.0',
  size: 2 ** 40,
  role: 'Local',
  state: 'Ours',
};

const plan = {
  layout: { type: 'Filesystem' as const },
  provider: 'generic',
  drives: [local, foreign],
  candidates: [local.path],
  refusals: [{ path: foreign.path, reason: foreign.reason ?? '' }],
};

const since = '2026-11-01T00:00:00Z';
const healthy: NVMeNodeStatus = {
  drives: [local, foreign, handed],
  layout: { type: 'Filesystem', filesystem: { type: 'ext4', mountOptions: [] } },
  hugepages: [{ numaNode: 0, size: '2Mi', total: 128, free: 128 }],
  inventory: trimmedSnapshot(parseSnapshot(readFileSync(SNAPSHOT, 'utf8'))),
  conditions: [
    {
      type: 'Ready',
      status: 'True',
      reason: 'Ready',
      message: 'all drives are ready',
      lastTransitionTime: since,
    },
  ],
};
const refused: NVMeNodeStatus = {
  drives: [foreign],
  conditions: [
    {
      type: 'Ready',
      status: 'False',
      reason: 'ExistingData',
      message: '/dev/nvme2n1 carries an ext4 filesystem of someone else',
      lastTransitionTime: since,
    },
  ],
};
