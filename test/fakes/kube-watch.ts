import type { KubeObject, WatchEvent } from '../../kube/api.ts';

/** One change as the store saw it; `before` is absent when the object was new. */
export interface Change {
  version: number;
  type: 'ADDED' | 'MODIFIED' | 'DELETED';
  object: KubeObject;
  before?: KubeObject;
}

/** An open watch: a queue that the store fills and one consumer empties. */
export class WatchStream implements AsyncIterable<WatchEvent<unknown>> {
  readonly #queue: WatchEvent<unknown>[] = [];
  #wake: (() => void) | undefined;
  #ended = false;
  #error: Error | undefined;

  push(event: WatchEvent<unknown>): void {
    this.#queue.push(event);
    this.#wake?.();
  }

  /** Ends the stream after what is queued; with an error, the consumer's loop throws it. */
  end(error?: Error): void {
    this.#ended = true;
    this.#error = error;
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<WatchEvent<unknown>> {
    for (;;) {
      const event = this.#queue.shift();
      if (event) yield event;
      else if (this.#ended) break;
      else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
    if (this.#error) throw this.#error;
  }
}

/** What a watch with selectors sees of a change: leaving the selection is a DELETED, entering it an ADDED. */
export function selectedEvent(
  change: Change,
  selects: (object: KubeObject) => boolean,
): WatchEvent<unknown> | undefined {
  const now = change.type !== 'DELETED' && selects(change.object);
  const before = change.before !== undefined && selects(change.before);
  if (!now && !before) return undefined;
  const type = now ? (before ? 'MODIFIED' : 'ADDED') : 'DELETED';
  return { type, object: structuredClone(change.object) };
}
