import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inject } from 'vitest';
import { stringify } from 'yaml';
import type { LabContext } from '../../../lab/context.ts';
import { applyManifests } from '../../../lab/install/install.ts';
import { kubectl, type KubectlTarget } from '../../../lab/install/kubectl.ts';
import { serviceAccountKubeconfig } from '../../../lab/install/service-account.ts';
import { openLab, type Lab } from '../../../lab/lab.ts';
import { waitFor } from '../../../lab/wait.ts';
import { testLabContext } from '../../builders/lab-context.ts';

export const NAMESPACE = 'kubectl-nvme-agent';

/** Two nodes, and the token of an agent that is bound to the first of them. */
export interface PolicyScene {
  ctx: LabContext;
  lab: Lab;
  mine: string;
  other: string;
  /** The agent of `mine`. */
  stolen: KubectlTarget;
  /** Its service account, with a token that no pod is bound to. */
  unbound: KubectlTarget;
  /** Of the service account, bound to a new pod on that node. */
  tokenOn: (nodeName: string) => Promise<KubectlTarget>;
  create: (as: KubectlTarget, object: object) => Promise<string>;
  /** JSON operations, by the agent of `mine`. */
  patchNode: (name: string, patch: object[], ...args: string[]) => Promise<string>;
  close(): Promise<void>;
}

export const policyNode = (name: string): object => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name, labels: { 'kubernetes.io/hostname': name, team: 'a' }, annotations: { owner: 'a' } },
  spec: {
    taints: [
      { key: 'disk-unconfigured', effect: 'NoSchedule' },
      { key: 'dedicated', effect: 'NoSchedule' },
    ],
  },
});

/** `prefix` tells the objects of test files apart. */
export async function openPolicyScene(prefix: string): Promise<PolicyScene> {
  const ctx = testLabContext();
  const lab = await openLab(ctx, inject('controlPlane').labName);
  const { kubectlPath } = lab;
  const [mine, other] = [`${prefix}-mine`, `${prefix}-other`];
  const account = { namespace: NAMESPACE, account: 'nvme-agent' };
  const pods: string[] = [];
  await applyManifests(ctx, lab, { image: 'kubectl-nvme:none' });
  const create = async (as: KubectlTarget, object: object): Promise<string> => {
    const file = join(lab.dir, `${prefix}-object.yaml`);
    await writeFile(file, stringify(object));
    return await kubectl(ctx, as, 'create', '-f', file);
  };
  for (const name of [mine, other]) await create(lab, policyNode(name));
  const tokenOn = async (nodeName: string): Promise<KubectlTarget> => {
    const boundPod = `agent-${nodeName}`;
    pods.push(boundPod);
    await create(lab, agentPod(boundPod, nodeName));
    return { kubectlPath, kubeconfig: await serviceAccountKubeconfig(ctx, lab, { ...account, boundPod }) };
  };
  const stolen = await tokenOn(mine);
  const unbound = { kubectlPath, kubeconfig: await serviceAccountKubeconfig(ctx, lab, account) };
  // kubectl reads before it patches a status; the agent does not.
  const reader = `${prefix}-status-reader`;
  const parts = '--resource=nodes/status,nvmenodes.kubectl-nvme.dev/status';
  const subject = `--serviceaccount=${NAMESPACE}:nvme-agent`;
  await kubectl(ctx, lab, 'create', 'clusterrole', reader, '--verb=get', parts);
  await kubectl(ctx, lab, 'create', 'clusterrolebinding', reader, `--clusterrole=${reader}`, subject);
  const patchNode = (name: string, patch: object[], ...args: string[]): Promise<string> =>
    kubectl(ctx, stolen, 'patch', 'node', name, '--type=json', '-p', JSON.stringify(patch), ...args);
  const scene: PolicyScene = {
    ...{ ctx, lab, mine, other, stolen, unbound, tokenOn, create, patchNode },
    close: async () => {
      const quietly = ['--ignore-not-found', '--wait=false'];
      for (const pod of pods)
        await kubectl(ctx, lab, 'delete', 'pod', pod, '-n', NAMESPACE, '--force', ...quietly);
      await kubectl(ctx, lab, 'delete', 'node', mine, other, ...quietly);
      await kubectl(ctx, lab, 'delete', 'clusterrole,clusterrolebinding', reader, ...quietly);
    },
  };
  await inForce(scene);
  return scene;
}

/** A policy takes effect a moment after it was stored. */
async function inForce({ ctx, mine, patchNode }: PolicyScene): Promise<void> {
  await waitFor('the policy to deny', { timeoutMs: 20_000, signal: ctx.signal }, async () => {
    const patch = [{ op: 'add', path: '/metadata/labels/probe', value: 'x' }];
    return await patchNode(mine, patch, '--dry-run=server').then(
      () => undefined,
      () => true,
    );
  });
}

const agentPod = (name: string, on: string): object => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: NAMESPACE },
  spec: { serviceAccountName: 'nvme-agent', nodeName: on, containers: [{ name: 'c', image: 'none' }] },
});

export interface VolumeChange {
  host: string | string[];
  path?: string;
  provisioner?: string;
  claimRef?: object;
  extraTerm?: object;
}

/** A PersistentVolume as an agent publishes it, or with something that it may not have. */
export const policyVolume = (name: string, change: VolumeChange): object => ({
  apiVersion: 'v1',
  kind: 'PersistentVolume',
  metadata: {
    name,
    annotations: { 'pv.kubernetes.io/provisioned-by': change.provisioner ?? 'local.kubectl-nvme.dev' },
  },
  spec: {
    capacity: { storage: '1Gi' },
    accessModes: ['ReadWriteOnce'],
    persistentVolumeReclaimPolicy: 'Retain',
    storageClassName: 'none',
    local: { path: change.path ?? '/pv-disks/x/data' },
    ...(change.claimRef === undefined ? {} : { claimRef: change.claimRef }),
    nodeAffinity: {
      required: {
        nodeSelectorTerms: [
          {
            matchExpressions: [
              { key: 'kubernetes.io/hostname', operator: 'In', values: [change.host].flat() },
            ],
          },
          ...(change.extraTerm === undefined ? [] : [change.extraTerm]),
        ],
      },
    },
  },
});
