import { setTimeout as delay } from 'node:timers/promises';
import { NAME_LABEL } from '../../../api/parts.ts';
import type { KubeApi } from '../../../kube/api.ts';
import { isNotFound } from '../../../kube/errors.ts';
import { nodes, pods, type Node, type Pod } from '../../../kube/resources.ts';

/** A node that is silent for 50 s is Unknown to the node lifecycle controller, and its pods are not ready any more. */
const HEARTBEAT_MS = 5_000;

/** Does for every node, and with every pod of ours that has one, what a kubelet would: lives, starts it, lets it end. */
export async function playKubelet(kube: KubeApi, signal: AbortSignal): Promise<void> {
  for (let beat = 0; !signal.aborted;) {
    if (performance.now() > beat) {
      for (const each of (await kube.listAll(nodes)).items) await live(kube, each).catch(ignoreMissing);
      beat = performance.now() + HEARTBEAT_MS;
    }
    const { items } = await kube.listAll(pods, { labelSelector: NAME_LABEL });
    for (const each of items.filter(({ spec }) => spec?.nodeName))
      await play(kube, each).catch(ignoreMissing);
    await delay(100, undefined, { signal }).catch(() => undefined);
  }
}

async function live(kube: KubeApi, { metadata = {}, status = {} }: Node): Promise<void> {
  const lastHeartbeatTime = new Date().toISOString();
  const conditions = (status.conditions ?? []).map((condition) => ({ ...condition, lastHeartbeatTime }));
  if (conditions.length === 0) return;
  const patch = { type: 'merge' as const, body: { status: { conditions } } };
  await kube.patch(nodes, metadata.name ?? '', patch, { subresource: 'status' });
}

async function play(kube: KubeApi, { metadata = {}, status = {} }: Pod): Promise<void> {
  const { name = '', namespace = '', deletionTimestamp } = metadata;
  if (deletionTimestamp !== undefined) await kube.delete(pods, name, { namespace, gracePeriodSeconds: 0 });
  else if (status.phase === 'Pending') {
    const body = { status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] } };
    await kube.patch(pods, name, { type: 'merge', body }, { namespace, subresource: 'status' });
  }
}

function ignoreMissing(error: unknown): void {
  if (!isNotFound(error)) throw error;
}
