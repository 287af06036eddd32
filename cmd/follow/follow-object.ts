import type { KubeApi, ResourceType } from '../../kube/api.ts';
import type { Clock } from '../../kube/clock.ts';
import { Reflector } from '../../kube/reflector.ts';
import { isRefusal } from './refusal.ts';

export interface FollowOptions {
  clock: Clock;
  signal: AbortSignal;
  /** Of an object that lives in one. */
  namespace?: string;
  /** Told about every interruption that is survived. */
  onTrouble?: (error: unknown) => void;
}

/**
 * The states of one object from now on, undefined while it does not exist; states in between may be
 * skipped. Goes on over an API server that is away; rejects when the signal aborts or the server refuses us.
 */
export async function* followObject<T>(
  kube: KubeApi,
  type: ResourceType<T>,
  name: string,
  { clock, signal, namespace, onTrouble }: FollowOptions,
): AsyncGenerator<T | undefined> {
  const stop = new AbortController();
  const until = AbortSignal.any([signal, stop.signal]);
  let changed = Promise.withResolvers<undefined>();
  const refused = Promise.withResolvers<never>();
  const reflector = new Reflector<T>({
    kube,
    clock,
    type,
    ...(namespace === undefined ? {} : { namespace }),
    fieldSelector: `metadata.name=${name}`,
    onError: (error) => (isRefusal(error) ? refused.reject(error) : onTrouble?.(error)),
  });
  reflector.subscribe(() => changed.resolve(undefined));
  signal.addEventListener('abort', () => refused.reject(signal.reason), { signal: stop.signal, once: true });
  const running = reflector.run(until);
  try {
    await Promise.race([reflector.waitForSync(until), refused.promise]);
    for (;;) {
      changed = Promise.withResolvers<undefined>();
      yield reflector.store.get(name, namespace);
      await Promise.race([changed.promise, refused.promise]);
    }
  } finally {
    refused.promise.catch(() => undefined);
    stop.abort();
    await running;
  }
}
