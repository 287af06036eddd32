import type { KubeApi, ResourceType } from './api.ts';
import { Backoff } from './backoff.ts';
import type { Clock } from './clock.ts';
import { isGone, TransportError } from './errors.ts';
import { followWatch } from './follow-watch.ts';
import { listPages } from './list-pages.ts';
import { slim } from './projection.ts';
import { retryAfterMs } from './retry.ts';
import { ObjectStore, type Change } from './store.ts';

export interface ReflectorOptions<T> {
  kube: KubeApi;
  clock: Clock;
  type: ResourceType<T>;
  namespace?: string;
  labelSelector?: string;
  fieldSelector?: string;
  /** What is kept of each object; `slim` when absent. May change and return its argument. */
  project?: (object: T) => T;
  /** Milliseconds between full lists, a safety net under lost events; 30 minutes when absent. */
  relistMs?: number;
  /** A watch that is silent for this long is given up; 90 s when absent, see follow-watch.ts. */
  silenceMs?: number;
  /** Told of every end of a list or a watch that was not planned, and of handlers that throw. */
  onError?: (error: unknown) => void;
  /** 0 to 1, for jitter. */
  random?: () => number;
}

export type ChangeHandler<T> = (change: Change<T>) => void;

/** Counts for metrics. */
export interface ReflectorCounts {
  lists: number;
  watches: number;
  events: number;
  errors: number;
}

const LIST_BACKOFF = { baseMs: 500, maxMs: 30_000 };
const WATCH_BACKOFF = { baseMs: 100, maxMs: 15_000 };
const HOUR = 3_600_000;

/** Watches that failed in a row, no event between, before the version itself is doubted. */
const WATCH_FAILURES = 5;
/**
 * As many when the last one was silent. Once may be a dead connection: another watch from the same version costs nothing.
 * Twice may mean that the version lies in the future, after etcd was restored from a backup: the server then waits for a
 * version that it may not reach for days.
 */
const SILENT_WATCHES = 2;

const isSilence = (error: unknown): boolean => error instanceof TransportError && error.timedOut;

/**
 * A cache of one kind that stays true through resets, stalls, half lines, 410, 429, 500 and restarts of the API
 * server: list by pages, then watch with bookmarks from that version; every end of a watch is followed by another
 * from the last version seen, and a version that is too old by a new list. `run` ends only with its signal.
 */
export class Reflector<T> {
  readonly store = new ObjectStore<T>();
  readonly counts: ReflectorCounts = { lists: 0, watches: 0, events: 0, errors: 0 };
  readonly #options: ReflectorOptions<T>;
  readonly #handlers = new Set<ChangeHandler<T>>();
  readonly #listBackoff: Backoff;
  readonly #watchBackoff: Backoff;
  readonly #random: () => number;
  readonly #firstList = Promise.withResolvers<undefined>();
  #synced = false;
  #lastEvent: number;

  constructor(options: ReflectorOptions<T>) {
    const { random = Math.random } = options;
    this.#options = options;
    this.#random = random;
    this.#listBackoff = new Backoff({ ...LIST_BACKOFF, random });
    this.#watchBackoff = new Backoff({ ...WATCH_BACKOFF, random });
    this.#lastEvent = options.clock.now();
  }

  /** Whether a complete list has ever been taken in; decisions to delete must wait for it. */
  synced(): boolean {
    return this.#synced;
  }

  /** Resolves after the first complete list, rejects with the signal's reason. */
  async waitForSync(signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    const aborted = Promise.withResolvers<never>();
    const onAbort = (): void => aborted.reject(signal?.reason);
    signal?.addEventListener('abort', onAbort, { once: true });
    try {
      await Promise.race([this.#firstList.promise, aborted.promise]);
    } finally {
      signal?.removeEventListener('abort', onAbort);
    }
  }

  /** Milliseconds since the API server last told us anything: a list, an event or a bookmark. */
  lastEventAge(): number {
    return this.#options.clock.now() - this.#lastEvent;
  }

  /** Calls the handler for everything known and for every change from now on; returns how to stop that. */
  subscribe(handler: ChangeHandler<T>): () => void {
    for (const object of this.store.all()) this.#call(handler, { kind: 'added', object });
    this.#handlers.add(handler);
    return () => this.#handlers.delete(handler);
  }

  /** Keeps the cache true until the signal aborts, then resolves. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        const version = await this.#list(signal);
        this.#listBackoff.reset();
        await this.#watchUntilRelist(version, signal);
      } catch (error) {
        await this.#recover(error, this.#listBackoff, signal);
      }
    }
  }

  async #list(signal: AbortSignal): Promise<string> {
    const { project = slim } = this.#options;
    this.counts.lists += 1;
    const { items, resourceVersion } = await listPages(this.#options, project, signal);
    this.#heard();
    this.#publish(this.store.replace(items));
    this.#synced = true;
    this.#firstList.resolve(undefined);
    return resourceVersion;
  }

  /** Watches again and again from the last version seen; returns when it is time for a list. */
  async #watchUntilRelist(version: string, signal: AbortSignal): Promise<void> {
    const { clock, relistMs = HOUR / 2 } = this.#options;
    const relistAt = clock.now() + relistMs * (1 + this.#random() / 5);
    const position = { version };
    while (!signal.aborted && clock.now() < relistAt) {
      try {
        await this.#watch(position, signal);
        // A server that closes each watch at once must not be asked in a tight loop.
        await this.#pause(this.#watchBackoff.next(), signal);
      } catch (error) {
        await this.#recover(error, this.#watchBackoff, signal);
        const limit = isSilence(error) ? SILENT_WATCHES : WATCH_FAILURES;
        if (isGone(error) || this.#watchBackoff.failures >= limit) return;
      }
    }
  }

  async #watch(position: { version: string }, signal: AbortSignal): Promise<void> {
    const { project = slim } = this.#options;
    this.counts.watches += 1;
    const events = followWatch(this.#options, position.version, this.#random, signal);
    for await (const event of events) {
      this.#heard();
      this.#watchBackoff.reset();
      if (event.type !== 'BOOKMARK') this.counts.events += 1;
      if (event.type === 'DELETED') this.#publish(this.store.delete(project(event.object)));
      else if (event.type !== 'BOOKMARK') this.#publish(this.store.put(project(event.object)));
      position.version = event.version;
    }
  }

  /** Reports a failure and waits: as long as the server asked, or longer each time. */
  async #recover(error: unknown, backoff: Backoff, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    this.counts.errors += 1;
    this.#options.onError?.(error);
    await this.#pause(Math.max(backoff.next(), retryAfterMs(error) ?? 0), signal);
  }

  async #pause(ms: number, signal: AbortSignal): Promise<void> {
    await this.#options.clock.sleep(ms, signal).catch(() => undefined);
  }

  #heard(): void {
    this.#lastEvent = this.#options.clock.now();
  }

  #publish(changes: Change<T>[]): void {
    for (const change of changes) {
      for (const handler of this.#handlers) this.#call(handler, change);
    }
  }

  /** A handler that throws must not stop the cache, nor the other handlers. */
  #call(handler: ChangeHandler<T>, change: Change<T>): void {
    try {
      handler(change);
    } catch (error) {
      this.#options.onError?.(error);
    }
  }
}
