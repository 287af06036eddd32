import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { run } from '../../../lab/assets/run.ts';
import { installInLab, repoDir } from '../../../lab/install/install.ts';
import { kubectl } from '../../../lab/install/kubectl.ts';
import type { WebhookBeside } from '../../../lab/install/webhook-beside.ts';
import { startLab, type Lab } from '../../../lab/lab.ts';
import type { LabNode } from '../../../lab/node/lab-node.ts';
import { waitFor } from '../../../lab/wait.ts';
import type { NVMeProfileSpecInput } from '../../../api/profile.ts';
import { API_VERSION } from '../../../api/group.ts';
import type { KubeApi } from '../../../kube/api.ts';
import { nvmeNodes, persistentVolumes, type PersistentVolume } from '../../../kube/resources.ts';
import { isNotFound } from '../../../kube/errors.ts';
import type { NVMeNode } from '../../../api/node.ts';
import { NODE_LABEL } from '../../../api/keys.ts';
import { realKube } from '../../builders/real-kube.ts';
import { testLabContext } from '../../builders/lab-context.ts';
import { postMortem } from './post-mortem.ts';

/** A lab with kubectl-nvme installed, and what tests of the main job do in it. */
export interface Scene {
  lab: Lab;
  kube: KubeApi;
  webhook: WebhookBeside;
  /** Ends with the scene. */
  signal: AbortSignal;
  apply(...objects: object[]): Promise<void>;
  /** The built plugin, as a person runs it; throws unless it exits with 0. */
  nvme(...args: string[]): Promise<string>;
  until<T>(what: string, seconds: number, probe: () => Promise<T | undefined>): Promise<T>;
  /** What an agent pod has logged; empty while its kubelet does not give it. */
  agentLog(pod: string): Promise<string>;
  /** What a pod of the namespace default has logged; empty while its kubelet does not give it. */
  podLog(pod: string): Promise<string>;
  volumesOf(node: string): Promise<PersistentVolume[]>;
  nvmeNode(name: string): Promise<NVMeNode | undefined>;
  untilReady(name: string, seconds?: number): Promise<NVMeNode>;
  end(): Promise<void>;
}

const ctx = testLabContext();

/** Starts a control plane, installs the base manifests, and runs the webhook beside the API server. */
export async function startScene(): Promise<Scene> {
  const lab = await startLab(ctx, { controlPlaneOnly: true });
  const webhook = await installInLab(ctx, lab);
  const kube = await realKube(lab.kubeconfig);
  const ending = new AbortController();
  const until: Scene['until'] = async (what, seconds, probe) => {
    try {
      return await waitFor(what, { timeoutMs: seconds * 1000, intervalMs: 250, signal: ctx.signal }, probe);
    } catch (error) {
      console.error(await postMortem(ctx, lab));
      throw error;
    }
  };
  const nvmeNode = async (name: string): Promise<NVMeNode | undefined> => {
    try {
      return await kube.get(nvmeNodes, name);
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  };
  return {
    lab,
    kube,
    webhook,
    signal: ending.signal,
    until,
    nvmeNode,
    apply: (...objects) => applyObjects(lab, objects),
    nvme: (...args) =>
      run(ctx, join(repoDir, 'dist', 'kubectl-nvme'), [...args, `--kubeconfig=${lab.kubeconfig}`]),
    agentLog: (pod) => kubectl(ctx, lab, 'logs', '-n', 'kubectl-nvme-agent', pod).catch(() => ''),
    podLog: (pod) => kubectl(ctx, lab, 'logs', pod).catch(() => ''),
    volumesOf: async (node) =>
      (await kube.listAll(persistentVolumes, { labelSelector: `${NODE_LABEL}=${node}` })).items,
    untilReady: (name, seconds = 240) =>
      until(`the drives of ${name} to be ready`, seconds, async () => {
        const nvme = await nvmeNode(name);
        return isReady(nvme) ? nvme : undefined;
      }),
    end: async () => {
      ending.abort(new Error('the scene ends'));
      await lab.stop();
    },
  };
}

const isReady = (nvme: NVMeNode | undefined): boolean =>
  nvme?.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') === true;

async function applyObjects(lab: Lab, objects: readonly object[]): Promise<void> {
  const file = join(lab.dir, 'scene.yaml');
  await writeFile(file, objects.map((object) => stringify(object)).join('---\n'));
  await kubectl(ctx, lab, 'apply', '-f', file);
}

/** A profile for nodes with the label `pool=NAME`. */
export const profileFor = (pool: string, spec: NVMeProfileSpecInput): object => ({
  apiVersion: API_VERSION,
  kind: 'NVMeProfile',
  metadata: { name: pool },
  spec: { nodeSelector: { matchLabels: { 'node.kubernetes.io/pool': pool } }, ...spec },
});

/** The label that a kubelet may set on itself and that `profileFor` selects. */
export const inPool = (pool: string): Record<string, string> => ({ 'node.kubernetes.io/pool': pool });

const claimSpec = {
  storageClassName: 'nvme-ssd',
  accessModes: ['ReadWriteOnce'],
  resources: { requests: { storage: '1Gi' } },
};

/** A pod spec that tolerates nothing and appends to a file on its volume every second. */
const writerSpec = (pool: string): object => ({
  nodeSelector: inPool(pool),
  terminationGracePeriodSeconds: 1,
  containers: [
    {
      name: 'writer',
      image: 'kubectl-nvme.dev/busybox:lab',
      imagePullPolicy: 'Never',
      command: [
        '/bin/sh',
        '-c',
        'echo first >> /data/file; sync; while true; do date >> /data/file; sleep 1; done',
      ],
      volumeMounts: [{ name: 'data', mountPath: '/data' }],
    },
  ],
});

/** A claim, and a pod of nobody that uses it, both of that name. */
export function writerPod(name: string, pool: string): object[] {
  const volumes = [{ name: 'data', persistentVolumeClaim: { claimName: name } }];
  return [
    { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name }, spec: claimSpec },
    { apiVersion: 'v1', kind: 'Pod', metadata: { name }, spec: { ...writerSpec(pool), volumes } },
  ];
}

/** A StatefulSet of one pod `NAME-0` with a claim `data-NAME-0`. */
export function writerSet(name: string, pool: string): object {
  const labels = { app: name };
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name },
    spec: {
      serviceName: name,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: writerSpec(pool) },
      volumeClaimTemplates: [{ metadata: { name: 'data' }, spec: claimSpec }],
    },
  };
}

/** Sectors written to a drive since boot: the seventh field of its stat file (Documentation/block/stat.rst). */
export async function sectorsWritten(node: LabNode, kernelName: string): Promise<number> {
  const stat = await node.run(['cat', `/sys/class/block/${kernelName}/stat`]);
  return Number(stat.trim().split(/\s+/)[6]);
}
