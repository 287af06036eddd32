import { setTimeout as delay } from 'node:timers/promises';
import type { DeleteOptions, KubeApi, KubeObject, ResourceType, WriteOptions } from '../../kube/api.ts';
import { ApiError, isAlreadyExists, isNotFound, TransportError } from '../../kube/errors.ts';

const PATIENCE_MS = 120_000;

/** Repeats what failed because the API server was away: the soak crashes it itself. */
export async function patiently<T>(work: () => Promise<T>): Promise<T> {
  const end = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      const isPassing =
        error instanceof TransportError ||
        (error instanceof ApiError && (error.code >= 500 || error.code === 429));
      if (!isPassing || performance.now() > end) throw error;
      await delay(500);
    }
  }
}

/** Creates an object; one that an attempt without an answer had made is taken as it is. */
export const made = <T>(
  kube: KubeApi,
  type: ResourceType<T>,
  object: T & KubeObject,
  options: WriteOptions = {},
): Promise<T> =>
  patiently(async () => {
    try {
      return await kube.create(type, object, options);
    } catch (error) {
      if (!isAlreadyExists(error)) throw error;
      return await kube.get(type, object.metadata?.name ?? '', options);
    }
  });

/** Deletes an object; gone already is good. */
export const removed = (
  kube: KubeApi,
  type: ResourceType<unknown>,
  name: string,
  options: DeleteOptions = {},
): Promise<void> =>
  patiently(async () => {
    try {
      await kube.delete(type, name, options);
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  });
