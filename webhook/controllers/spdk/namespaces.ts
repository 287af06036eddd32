import { SPDK_ROLE } from '../../../api/keys.ts';
import type { KubeApi } from '../../../kube/api.ts';
import type { Clock } from '../../../kube/clock.ts';
import { Reflector } from '../../../kube/reflector.ts';
import { deployments, roleBindings, type Deployment, type RoleBinding } from '../../../kube/resources.ts';
import { bindsController } from '../../../spdk/binding.ts';
import { slimDeployment } from './projection.ts';

export interface NamespacesOptions {
  kube: KubeApi;
  clock: Clock;
  /** The webhook's own namespace: where its service account is. */
  namespace: string;
  /** Something changed. */
  onChange: () => void;
  /** Told of an error that is not the one told before from the same place. */
  onError: (from: string, error: unknown) => void;
}

interface Watched {
  cache: Reflector<Deployment>;
  stop: AbortController;
  running: Promise<void>;
}

/**
 * The Deployments of those namespaces into which a user's RoleBinding lets us, and of no other: nothing is even asked there.
 * Each namespace is watched for itself, so that one that refuses does not keep the others waiting.
 */
export class BoundNamespaces {
  readonly #options: NamespacesOptions;
  readonly #bindings: Reflector<RoleBinding>;
  readonly #watched = new Map<string, Watched>();
  readonly #told = new Map<string, string>();

  constructor(options: NamespacesOptions) {
    const { kube, clock } = options;
    this.#options = options;
    this.#bindings = new Reflector({
      ...{ kube, clock, type: roleBindings, fieldSelector: `metadata.name=${SPDK_ROLE}` },
      onError: (error) => this.#tell('rolebindings', error),
    });
  }

  /** What is known now. */
  deployments(): Deployment[] {
    return [...this.#watched.values()].flatMap(({ cache }) => cache.store.all());
  }

  /** Keeps that true until the signal aborts, then resolves. */
  async run(signal: AbortSignal): Promise<void> {
    const stop = this.#bindings.subscribe(() => this.#follow(signal));
    try {
      await this.#bindings.run(signal);
    } finally {
      stop();
      await Promise.all([...this.#watched.keys()].map((namespace) => this.#leave(namespace)));
    }
  }

  #follow(signal: AbortSignal): void {
    const { namespace: home, onChange } = this.#options;
    const bound = new Set(
      this.#bindings.store
        .all()
        .filter((binding) => bindsController(binding, home))
        .flatMap(({ metadata }) => metadata?.namespace ?? []),
    );
    for (const namespace of this.#watched.keys()) if (!bound.has(namespace)) void this.#leave(namespace);
    for (const namespace of bound) if (!this.#watched.has(namespace)) this.#enter(namespace, signal);
    onChange();
  }

  #enter(namespace: string, signal: AbortSignal): void {
    const { kube, clock, onChange } = this.#options;
    const stop = new AbortController();
    const cache = new Reflector({
      ...{ kube, clock, type: deployments, namespace, project: slimDeployment },
      onError: (error) => this.#tell(namespace, error),
    });
    cache.subscribe(onChange);
    const running = cache.run(AbortSignal.any([signal, stop.signal]));
    this.#watched.set(namespace, { cache, stop, running });
  }

  async #leave(namespace: string): Promise<void> {
    const watched = this.#watched.get(namespace);
    this.#watched.delete(namespace);
    this.#told.delete(namespace);
    watched?.stop.abort(new Error('the RoleBinding is gone'));
    await watched?.running;
  }

  /** A refusal comes again every half minute; once is enough in the log. */
  #tell(from: string, error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    if (this.#told.get(from) === message) return;
    this.#told.set(from, message);
    this.#options.onError(from, error);
  }
}
