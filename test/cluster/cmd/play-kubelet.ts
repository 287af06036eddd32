import { setTimeout as delay } from 'node:timers/promises';
import { NAME_LABEL } from '../../../api/parts.ts';
import type { KubeApi } from '../../../kube/api.ts';
import { isNotFound } from '../../../kube/errors.ts';
import { pods, type Pod } from '../../../kube/resources.ts';

/** Does with every pod of ours that has a node what a kubelet would: starts it, lets it end. */
export async function playKubelet(kube: KubeApi, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const { items } = await kube.listAll(pods, { labelSelector: NAME_LABEL });
    for (const each of items.filter(({ spec }) => spec?.nodeName))
      await play(kube, each).catch(ignoreMissing);
    await delay(100, undefined, { signal }).catch(() => undefined);
  }
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
