import type { KubeApi, ResourceType } from '../../../kube/api.ts';
import { Reflector } from '../../../kube/reflector.ts';
import { systemClock } from '../../../kube/system-clock.ts';

interface Versioned {
  metadata?: { name?: string; resourceVersion?: string };
}

/** Remembers every version of every object of a kind that the API server told of, in its order. */
export interface Witness<T> {
  history(name: string): readonly T[];
  /** The same, with the seconds since the witness began at which each version was seen. */
  timed(name: string): readonly { object: T; seconds: number }[];
  /** The etcd revision of the first version of an object for which `is` holds; all kinds count in one order. */
  firstRevision(name: string, is: (object: T) => boolean): bigint | undefined;
}

/** Watches a kind until the signal aborts; ready when the first list is in. */
export async function witness<T extends Versioned>(
  kube: KubeApi,
  type: ResourceType<T>,
  signal: AbortSignal,
): Promise<Witness<T>> {
  const seen: { object: T; seconds: number }[] = [];
  const began = performance.now();
  const reflector = new Reflector<T>({ kube, type, clock: systemClock(), project: (object) => object });
  reflector.subscribe((change) => {
    if (change.kind !== 'deleted') {
      seen.push({ object: structuredClone(change.object), seconds: (performance.now() - began) / 1000 });
    }
  });
  void reflector.run(signal);
  await reflector.waitForSync(signal);
  const timed = (name: string) => seen.filter(({ object }) => object.metadata?.name === name);
  const history = (name: string): T[] => timed(name).map(({ object }) => object);
  return {
    history,
    timed,
    firstRevision: (name, is) => {
      const version = history(name).find(is)?.metadata?.resourceVersion;
      return version === undefined ? undefined : BigInt(version);
    },
  };
}
