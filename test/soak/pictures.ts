import type { KubeApi, ResourceType } from '../../kube/api.ts';
import type { Clock } from '../../kube/clock.ts';
import { Reflector } from '../../kube/reflector.ts';
import { nodes, nvmeNodes, persistentVolumeClaims, persistentVolumes, pods } from '../../kube/resources.ts';
import { keyOf } from '../../kube/store.ts';
import type { ClusterView } from './cluster-view.ts';

const KINDS: Readonly<Record<keyof Omit<ClusterView, 'begunAt'>, ResourceType<unknown>>> = {
  nodes,
  nvmeNodes,
  volumes: persistentVolumes,
  claims: persistentVolumeClaims,
  pods,
};
type Kind = keyof typeof KINDS;

interface Versioned {
  metadata?: { resourceVersion?: string };
}

/** One kind as it looks to somebody who only ever heard of changes: a change not told of makes it wrong for good. */
interface Picture {
  kind: Kind;
  reflector: Reflector<unknown>;
  versions: Map<string, string>;
}

/** The reflector under test, behind the faults, with everything that its subscribers know. */
export class Pictures {
  readonly #pictures: readonly Picture[];

  constructor(kube: KubeApi, clock: Clock) {
    this.#pictures = (Object.keys(KINDS) as Kind[]).map((kind) => picture(kind, kube, clock));
  }

  async run(signal: AbortSignal): Promise<void> {
    await Promise.all(this.#pictures.map(({ reflector }) => reflector.run(signal)));
  }

  get events(): number {
    return this.#sum(({ events }) => events);
  }

  /** Watches begun after the first of each kind. */
  get restarts(): number {
    return this.#sum(({ watches }) => Math.max(0, watches - 1));
  }

  get lists(): number {
    return this.#sum(({ lists }) => lists);
  }

  /** What differs from the truth, an entry an object. */
  differences(view: ClusterView): string[] {
    return this.#pictures.flatMap(({ kind, versions }) => {
      const truth = view[kind] as ReadonlyMap<string, Versioned>;
      const names = new Set([...truth.keys(), ...versions.keys()]);
      return [...names]
        .filter((name) => truth.get(name)?.metadata?.resourceVersion !== versions.get(name))
        .map(
          (name) =>
            `${kind} ${name}: ${versions.get(name) ?? 'unknown'} instead of ${versionOf(truth.get(name))}`,
        );
    });
  }

  #sum(pick: (counts: Reflector<unknown>['counts']) => number): number {
    return this.#pictures.reduce((total, { reflector }) => total + pick(reflector.counts), 0);
  }
}

function picture(kind: Kind, kube: KubeApi, clock: Clock): Picture {
  const reflector = new Reflector<unknown>({ kube, clock, type: KINDS[kind] });
  const versions = new Map<string, string>();
  reflector.subscribe((change) => {
    const key = keyOf(change.object);
    if (change.kind === 'deleted') versions.delete(key);
    else versions.set(key, versionOf(change.object as Versioned));
  });
  return { kind, reflector, versions };
}

const versionOf = (object: Versioned | undefined): string => object?.metadata?.resourceVersion ?? 'gone';
