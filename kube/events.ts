import type { EventReason } from '../api/reasons.ts';
import type { KubeApi, KubeObject, ResourceType } from './api.ts';
import type { Clock } from './clock.ts';
import { isAlreadyExists, isNotFound, TransportError } from './errors.ts';
import { RecentMap } from './recent-map.ts';
import { events, type CoreEvent } from './resources.ts';
import { timestamp } from './timestamp.ts';
import { TokenBucket } from './token-bucket.ts';

/** The object that an Event is about. */
export type EventTarget = CoreEvent['involvedObject'];

/** The target for an object of a kind. */
export function eventTarget<T>(type: ResourceType<T>, object: T): EventTarget {
  const { name = '', namespace, uid } = (object as KubeObject).metadata ?? {};
  return {
    apiVersion: type.group === '' ? type.version : `${type.group}/${type.version}`,
    kind: type.kind,
    name,
    ...(namespace === undefined ? {} : { namespace }),
    ...(uid === undefined ? {} : { uid }),
  };
}

export interface EventRecorderOptions {
  kube: KubeApi;
  clock: Clock;
  /** `nvme-agent`. */
  component: string;
  /** Node or pod that speaks. */
  instance: string;
  onError?: (error: unknown) => void;
  /** 0 to 1, for names. */
  random?: () => number;
}

interface Known {
  name: string;
  namespace: string;
  count: number;
}

/** As client-go's spam filter: 25 Events about one object at once, then one in five minutes. */
const PER_OBJECT = { burst: 25, refillMs: 300_000 };
/** Events waiting to be sent; with a server that is away the oldest go first. */
const QUEUE_LIMIT = 500;
const REMEMBERED = 2_000;
const TRIES = 3;
const TRY_AGAIN_MS = 1_000;
/** The API server refuses longer messages in core/v1. */
const MESSAGE_LIMIT = 1_024;

/**
 * Writes Events, best effort and in order, without making anybody wait. The same thing said again counts up the
 * first Event. Events about objects without a namespace (nodes, PVs) go to `default`, where kubectl looks for them.
 */
export class EventRecorder {
  /** Events given up: too many about one object, too many waiting, or refused by the server. */
  dropped = 0;
  readonly #options: Required<EventRecorderOptions>;
  readonly #known = new RecentMap<Known>(REMEMBERED);
  readonly #buckets = new RecentMap<TokenBucket>(REMEMBERED);
  readonly #queue: CoreEvent[] = [];
  #sending: Promise<void> | undefined;

  constructor(options: EventRecorderOptions) {
    this.#options = { onError: () => undefined, random: Math.random, ...options };
  }

  /** Says something about an object; returns at once. */
  record(target: EventTarget, type: CoreEvent['type'], reason: EventReason, message: string): void {
    if (!this.#bucket(target).take()) {
      this.dropped += 1;
      return;
    }
    this.#queue.push(this.#event(target, type, reason, message));
    if (this.#queue.length > QUEUE_LIMIT) {
      this.#queue.shift();
      this.dropped += 1;
    }
    this.#sending ??= this.#drain().finally(() => (this.#sending = undefined));
  }

  /** Resolves when all that was recorded is sent or given up: for programs that are about to end. */
  async flush(): Promise<void> {
    await this.#sending;
  }

  async #drain(): Promise<void> {
    for (let event = this.#queue.shift(); event; event = this.#queue.shift()) {
      try {
        await this.#sendPatiently(event);
      } catch (error) {
        this.dropped += 1;
        this.#options.onError(error);
      }
    }
  }

  /** A create that broke off may have been carried out: its name is fixed, so a second one shows as AlreadyExists. */
  async #sendPatiently(event: CoreEvent): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        await this.#send(event);
        return;
      } catch (error) {
        if (attempt > 1 && isAlreadyExists(error)) return;
        if (!(error instanceof TransportError) || attempt === TRIES) throw error;
        await this.#options.clock.sleep(TRY_AGAIN_MS * attempt);
      }
    }
  }

  async #send(event: CoreEvent): Promise<void> {
    const { kube } = this.#options;
    const key = JSON.stringify([event.involvedObject, event.type, event.reason, event.message]);
    const known = this.#known.get(key);
    if (known && (await this.#countUp(known, event.lastTimestamp))) return;
    const { name, namespace } = event.metadata;
    await kube.create(events, event, { namespace });
    this.#known.set(key, { name, namespace, count: 1 });
  }

  /** False when the API server has forgotten the first Event: they live for an hour. */
  async #countUp(known: Known, lastTimestamp: string | undefined): Promise<boolean> {
    const { name, namespace } = known;
    const body = { count: known.count + 1, lastTimestamp };
    try {
      await this.#options.kube.patch(events, name, { type: 'merge', body }, { namespace });
      known.count += 1;
      return true;
    } catch (error) {
      if (isNotFound(error)) return false;
      throw error;
    }
  }

  #event(target: EventTarget, type: CoreEvent['type'], reason: EventReason, message: string): CoreEvent {
    const { clock, component, instance } = this.#options;
    const now = timestamp(clock.now());
    const namespace = target.namespace ?? 'default';
    return {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: this.#name(target), namespace },
      involvedObject: target,
      reason,
      message: message.length > MESSAGE_LIMIT ? `${message.slice(0, MESSAGE_LIMIT - 1)}…` : message,
      type,
      count: 1,
      firstTimestamp: now,
      lastTimestamp: now,
      source: { component, host: instance },
      reportingComponent: component,
      reportingInstance: instance,
    };
  }

  #name(target: EventTarget): string {
    const { clock, random } = this.#options;
    const suffix = `${clock.now().toString(16)}${Math.floor(random() * 2 ** 32)
      .toString(16)
      .padStart(8, '0')}`;
    return `${target.name.slice(0, 200).replace(/[^a-z0-9]+$/, '')}.${suffix}`;
  }

  #bucket(target: EventTarget): TokenBucket {
    const key = `${target.kind}/${target.namespace ?? ''}/${target.name}`;
    const known = this.#buckets.get(key);
    if (known) return known;
    const fresh = new TokenBucket(this.#options.clock, PER_OBJECT);
    this.#buckets.set(key, fresh);
    return fresh;
  }
}
