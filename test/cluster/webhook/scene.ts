import { inject } from 'vitest';
import { API_VERSION } from '../../../api/group.ts';
import {
  CLEANUP_CONFIG_MAP,
  NODE_LABEL,
  READY_BOOT_ID,
  STARTUP_TAINT_KEY,
  WEBHOOK_NAMESPACE,
} from '../../../api/keys.ts';
import type { NVMeProfileSpecInput } from '../../../api/profile.ts';
import type { KubeApi, ResourceType } from '../../../kube/api.ts';
import { isNotFound } from '../../../kube/errors.ts';
import {
  configMaps,
  leases,
  nodes,
  nvmeNodes,
  nvmeProfiles,
  persistentVolumes,
  storageClasses,
  type Node,
} from '../../../kube/resources.ts';
import type { LabContext } from '../../../lab/context.ts';
import { applyManifests, repoDir } from '../../../lab/install/install.ts';
import { startWebhookBeside, type WebhookBeside } from '../../../lab/install/webhook-beside.ts';
import { openLab, type Lab } from '../../../lab/lab.ts';
import { waitFor } from '../../../lab/wait.ts';
import { testLabContext } from '../../builders/lab-context.ts';
import { newNode, readyStatus } from '../../builders/new-node.ts';
import { newVolume, type PublishedVolume } from '../../builders/orphans.ts';
import { LEASE_NAME } from '../../../webhook/lease-name.ts';
import { realKube } from '../../builders/real-kube.ts';

/** One test file's corner of the shared control plane: a profile and nodes under a label of its own. */
export interface Scene {
  ctx: LabContext;
  lab: Lab;
  /** With all rights. */
  kube: KubeApi;
  label: Record<string, string>;
  /** `nvme-webhook` as a process beside the API server, with the rights of its service account only. */
  startWebhook(...flags: string[]): Promise<WebhookBeside>;
  newNode(
    name: string,
    overrides?: { labels?: Record<string, string>; annotations?: Record<string, string> },
  ): Node;
  /** Creates a node that the scheduler takes as Ready. */
  readyNode(name: string, labels?: Record<string, string>): Promise<Node>;
  /** A Ready node whose agent has taken the taint off. */
  nodeInService(name: string, labels?: Record<string, string>): Promise<Node>;
  publish(volume: PublishedVolume & { nodeName: string; storageClassName?: string }): Promise<void>;
  /** Waits until the probe gives something. */
  until<T>(what: string, probe: () => Promise<T | undefined>, timeoutMs?: number): Promise<T>;
  /** The object, or undefined when there is none. */
  peek<T>(type: ResourceType<T>, name: string, namespace?: string): Promise<T | undefined>;
  close(): Promise<void>;
}

export async function openScene(name: string, spec: NVMeProfileSpecInput = {}): Promise<Scene> {
  const ctx = testLabContext();
  const lab = await openLab(ctx, inject('controlPlane').labName);
  await applyManifests(ctx, lab, { image: 'kubectl-nvme:none' });
  const kube = await realKube(lab.kubeconfig);
  await forgetFileBefore(kube);
  const label = { 'test.kubectl-nvme.dev/scene': name };
  const storageClassName = `class-${name}`;
  const started: WebhookBeside[] = [];
  await kube.create(nvmeProfiles, {
    apiVersion: API_VERSION,
    kind: 'NVMeProfile',
    metadata: { name: `profile-${name}` },
    spec: { nodeSelector: { matchLabels: label }, ...spec, volumes: { storageClassName, ...spec.volumes } },
  });
  const scene: Scene = {
    ...{ ctx, lab, kube, label },
    startWebhook: async (...flags) => {
      const webhook = await startWebhookBeside(ctx, lab, repoDir, `webhook-${name}-${started.length}`, flags);
      started.push(webhook);
      return webhook;
    },
    newNode: (nodeName, overrides = {}) =>
      newNode(nodeName, { ...label, ...overrides.labels }, overrides.annotations),
    readyNode: async (nodeName, labels = {}) => {
      await kube.create(nodes, newNode(nodeName, { ...label, ...labels }));
      return await kube.patch(
        nodes,
        nodeName,
        { type: 'merge', body: readyStatus('boot-1') },
        { subresource: 'status' },
      );
    },
    nodeInService: async (nodeName, labels = {}) => {
      const node = await scene.readyNode(nodeName, labels);
      const taints = (node.spec?.taints ?? []).filter(({ key }) => key !== STARTUP_TAINT_KEY);
      const metadata = { annotations: { [READY_BOOT_ID]: 'boot-1' } };
      return await kube.patch(nodes, nodeName, { type: 'merge', body: { metadata, spec: { taints } } });
    },
    publish: (volume) => publish(kube, storageClassName, volume),
    until: (what, probe, timeoutMs = 30_000) => waitFor(what, { timeoutMs, signal: ctx.signal }, probe),
    peek: async (type, of, namespace) => {
      try {
        return await kube.get(type, of, namespace === undefined ? {} : { namespace });
      } catch (error) {
        if (isNotFound(error)) return undefined;
        throw error;
      }
    },
    close: async () => {
      for (const webhook of started) await webhook.stop();
      const selector = Object.entries(label).map(([key, value]) => `${key}=${value}`)[0] ?? '';
      for (const { metadata } of (await kube.listAll(nodes, { labelSelector: selector })).items) {
        await kube.delete(nvmeNodes, metadata?.name ?? '').catch(ignoreMissing);
        await removeVolumes(kube, metadata?.name ?? '');
        await kube.delete(nodes, metadata?.name ?? '').catch(ignoreMissing);
      }
      await kube.delete(nvmeProfiles, `profile-${name}`).catch(ignoreMissing);
      await kube.delete(storageClasses, storageClassName).catch(ignoreMissing);
    },
  };
  return scene;
}

/**
 * The breaker counts what vanished in the last five minutes, and the webhook of the file before was killed without giving
 * its lease back: neither is this file's.
 */
async function forgetFileBefore(kube: KubeApi): Promise<void> {
  const namespace = WEBHOOK_NAMESPACE;
  await kube.delete(configMaps, CLEANUP_CONFIG_MAP, { namespace }).catch(ignoreMissing);
  await kube.delete(leases, LEASE_NAME, { namespace }).catch(ignoreMissing);
}

async function publish(
  kube: KubeApi,
  storageClassName: string,
  volume: PublishedVolume & { nodeName: string; storageClassName?: string },
): Promise<void> {
  await kube.create(persistentVolumes, newVolume(volume, volume.storageClassName ?? storageClassName));
}

async function removeVolumes(kube: KubeApi, nodeName: string): Promise<void> {
  const { items } = await kube.listAll(persistentVolumes, { labelSelector: `${NODE_LABEL}=${nodeName}` });
  for (const { metadata } of items)
    await kube.delete(persistentVolumes, metadata?.name ?? '').catch(ignoreMissing);
}

function ignoreMissing(error: unknown): void {
  if (!isNotFound(error)) throw error;
}
