import type { KubeObject, ListOptions, ResourceType, WatchEvent } from '../../kube/api.ts';
import type { Clock } from '../../kube/clock.ts';
import { SteppedClock } from './clock.ts';
import { gone, notFound } from './kube-answers.ts';
import { matchesFieldSelector, matchesLabelSelector } from './kube-selectors.ts';
import { kindKey, KubeStore, type Stored } from './kube-store.ts';
import { selectedEvent, WatchStream, type Change } from './kube-watch.ts';

type AnyType = ResourceType<unknown>;

interface OpenWatch {
  kind: string;
  stream: WatchStream;
  selects: (object: KubeObject) => boolean;
}

/** The pretended cluster behind FakeKube: what tests use to set the scene and to look at it. No call is recorded. */
export class FakeCluster {
  readonly clock: Clock;
  /** Fields of `status` that a kind's schema in the cluster does not know, by plural: dropped in silence when written. */
  readonly unknownToSchema = new Map<string, readonly string[]>();
  protected readonly store: KubeStore;
  readonly #watches = new Set<OpenWatch>();
  readonly #log = new Map<string, Change[]>();
  #compacted = 0;

  constructor(clock: Clock = new SteppedClock()) {
    this.clock = clock;
    this.store = new KubeStore(clock, (type, change) => this.#publish(type, change));
  }

  /** Puts an object there as it is, status included, and returns it as stored. */
  add<T>(type: ResourceType<T>, object: T): T {
    const given = object as KubeObject;
    const stored = this.store.complete(type, given, given.metadata?.namespace);
    return structuredClone(this.store.insert(type, stored)) as T;
  }

  /** The object as stored now, or undefined. */
  peek<T>(type: ResourceType<T>, name: string, namespace?: string): T | undefined {
    return structuredClone(this.store.find(type, name, namespace)) as T | undefined;
  }

  /** All objects of a kind, by name. */
  objects<T>(type: ResourceType<T>): T[] {
    return structuredClone(this.store.all(type)) as T[];
  }

  /** Changes an object as somebody else would; status too. Returns it as stored. */
  change<T>(type: ResourceType<T>, name: string, edit: (object: T) => void, namespace?: string): T {
    const current = this.find(type, name, namespace);
    const next = structuredClone(current);
    edit(next as T);
    return structuredClone(this.store.update(type, current, next)) as T;
  }

  /** Makes an object vanish at once, finalizers or not. */
  remove(type: AnyType, name: string, namespace?: string): void {
    this.store.remove(type, this.find(type, name, namespace));
  }

  /** How many watches are open. */
  get openWatches(): number {
    return this.#watches.size;
  }

  /** Sends a bookmark with the current version to every watch of the kind. */
  bookmark(type: AnyType): void {
    const object = { kind: type.kind, metadata: { resourceVersion: String(this.store.version) } };
    for (const watch of this.#of(type)) watch.stream.push({ type: 'BOOKMARK', object });
  }

  /** Ends the watches of the kind, as a time-out does, or breaks them with an error, as a reset does. */
  endWatches(type: AnyType, error?: Error): void {
    for (const watch of this.#of(type)) watch.stream.end(error);
  }

  /** Forgets all history: older watches and continue tokens are answered with 410. */
  compact(): void {
    this.#compacted = this.store.version;
    this.#log.clear();
  }

  /** Opens a watch from a version; what has happened since comes first. */
  protected async *follow(
    type: AnyType,
    resourceVersion: string,
    options: ListOptions,
  ): AsyncIterable<WatchEvent<unknown>> {
    const open: OpenWatch = {
      kind: kindKey(type),
      stream: new WatchStream(),
      selects: this.selector(type, options),
    };
    const stop = (): void => open.stream.end(options.signal?.reason as Error);
    options.signal?.addEventListener('abort', stop, { once: true });
    this.#replay(type, open, resourceVersion);
    this.#watches.add(open);
    try {
      yield* open.stream;
    } finally {
      this.#watches.delete(open);
      options.signal?.removeEventListener('abort', stop);
    }
  }

  /** Whether a version lies before the last compaction. */
  protected isTooOld(version: number): boolean {
    return version < this.#compacted;
  }

  #replay(type: AnyType, open: OpenWatch, resourceVersion: string): void {
    const since = Number(resourceVersion || '0');
    if (since === 0) {
      for (const object of this.store.all(type).filter(open.selects)) {
        open.stream.push({ type: 'ADDED', object: structuredClone(object) });
      }
      return;
    }
    if (this.isTooOld(since)) throw gone(`too old resource version: ${since} (${this.#compacted})`);
    for (const change of this.#log.get(open.kind) ?? []) {
      const event = change.version > since ? selectedEvent(change, open.selects) : undefined;
      if (event) open.stream.push(event);
    }
  }

  #publish(type: AnyType, change: Change): void {
    const kind = kindKey(type);
    const log = this.#log.get(kind) ?? [];
    this.#log.set(kind, log);
    log.push(change);
    for (const watch of this.#of(type)) {
      const event = selectedEvent(change, watch.selects);
      if (event) watch.stream.push(event);
    }
  }

  #of(type: AnyType): OpenWatch[] {
    return [...this.#watches].filter((watch) => watch.kind === kindKey(type));
  }

  protected find(type: AnyType, name: string, namespace?: string): Stored {
    const object = this.store.find(type, name, namespace);
    if (!object) throw notFound(type, name);
    return object;
  }

  protected selector(type: AnyType, options: ListOptions): (object: KubeObject) => boolean {
    const { namespace, labelSelector, fieldSelector } = options;
    return (object) =>
      (namespace === undefined || !type.namespaced || object.metadata?.namespace === namespace) &&
      (!labelSelector || matchesLabelSelector(object.metadata?.labels ?? {}, labelSelector)) &&
      (!fieldSelector || matchesFieldSelector(type, object, fieldSelector));
  }
}
