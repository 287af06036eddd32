import { isConflict, isNotFound } from '../../../kube/errors.ts';
import type { KubeApi } from '../../../kube/api.ts';
import { persistentVolumes, type PersistentVolume } from '../../../kube/resources.ts';
import type { Order } from '../../order/order.ts';
import { RefusedOrderError } from '../../order/refused-order-error.ts';
import { volumeObstacle } from '../../plan/reset/volumes.ts';
import { knownVolume } from '../../publish/known-volumes.ts';
import { observe } from '../observe.ts';
import type { ResetOptions } from './options.ts';

const POLL_MS = 500;

/** Kubernetes keeps a volume until its protection finalizer is off, a matter of seconds. */
const LIMIT_MS = 60_000;

/**
 * Deletes the ordered PersistentVolumes, each as it was seen, and waits until none is left. Rejects with
 * RefusedOrderError when one was claimed meanwhile.
 */
export async function deleteVolumes(order: Order, options: ResetOptions): Promise<void> {
  const { kube, nodeName, bootID, clock, signal } = options;
  for (let waited = 0; ; waited += POLL_MS) {
    const { volumes } = await observe(kube, nodeName, bootID, signal);
    const left = volumes.filter(({ metadata }) => order.volumes.includes(metadata?.name ?? ''));
    if (left.length === 0) return;
    for (const volume of left) await deleteVolume(kube, volume);
    if (waited >= LIMIT_MS) throw new Error(stillThere(left));
    await clock.sleep(POLL_MS, signal);
  }
}

async function deleteVolume(kube: KubeApi, volume: PersistentVolume): Promise<void> {
  const { name = '', uid, resourceVersion, deletionTimestamp } = volume.metadata ?? {};
  if (deletionTimestamp !== undefined) return;
  const obstacle = volumeObstacle(knownVolume(volume));
  if (obstacle !== undefined) throw new RefusedOrderError(obstacle);
  if (uid === undefined || resourceVersion === undefined)
    throw new Error(`PersistentVolume ${name} has no UID`);
  try {
    await kube.delete(persistentVolumes, name, { uid, resourceVersion });
  } catch (error) {
    // Changed or gone since it was read: the next look tells.
    if (!isConflict(error) && !isNotFound(error)) throw error;
  }
}

function stillThere(left: readonly PersistentVolume[]): string {
  const names = left.map(({ metadata }) => {
    const finalizers = metadata?.finalizers?.join(', ') ?? 'none';
    return `${metadata?.name ?? ''} (finalizers: ${finalizers})`;
  });
  return `waited ${LIMIT_MS / 1000} s for deleted PersistentVolumes to go: ${names.join('; ')}`;
}
