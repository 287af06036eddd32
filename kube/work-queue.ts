import { Backoff } from './backoff.ts';
import type { Clock } from './clock.ts';
import { retryAfterMs } from './retry.ts';

export interface WorkQueueOptions {
  clock: Clock;
  /** First waiting time after a failure; doubles per failure of the same item. */
  baseMs?: number;
  maxMs?: number;
  /** 0 to 1, for jitter. */
  random?: () => number;
  onError?: (key: string, error: unknown) => void;
}

/** Does the work of one item; a number asks to be called again after that many milliseconds. */
export type WorkHandler = (key: string, signal: AbortSignal) => Promise<number | undefined>;

/**
 * Keys to reconcile. A key waits once however often it is added, is never worked on twice at the same time, and one
 * that is added while being worked on comes again afterwards. Urgent ones overtake the others, also when they have to
 * come again. A failure brings it back later and later.
 */
export class WorkQueue {
  readonly #options: Required<Omit<WorkQueueOptions, 'random'>> & { random: () => number };
  readonly #urgent = new Set<string>();
  readonly #ready = new Set<string>();
  readonly #active = new Set<string>();
  /** Keys that were added while being worked on, and whether that was urgent. */
  readonly #again = new Map<string, boolean>();
  readonly #delayed = new Map<string, { due: number; urgent: boolean; cancel: AbortController }>();
  readonly #backoffs = new Map<string, Backoff>();
  #wakes: (() => void)[] = [];

  constructor(options: WorkQueueOptions) {
    const defaults = { baseMs: 200, maxMs: 300_000, random: Math.random, onError: () => undefined };
    this.#options = { ...defaults, ...options };
  }

  /** Items that wait to be worked on now. */
  get depth(): number {
    return this.#urgent.size + this.#ready.size;
  }

  /** Items that wait for their time. */
  get delayed(): number {
    return this.#delayed.size;
  }

  add(key: string, options: { urgent?: boolean } = {}): void {
    const waiting = this.#delayed.get(key);
    waiting?.cancel.abort();
    this.#delayed.delete(key);
    const urgent = (options.urgent ?? false) || (waiting?.urgent ?? false);
    if (this.#active.has(key)) this.#again.set(key, urgent || (this.#again.get(key) ?? false));
    else this.#wait(key, urgent);
    this.#wakes.shift()?.();
  }

  #wait(key: string, urgent: boolean): void {
    if (urgent) this.#ready.delete(key);
    if (urgent) this.#urgent.add(key);
    else if (!this.#urgent.has(key)) this.#ready.add(key);
  }

  /** Adds later; of several wishes for a key the earliest counts. */
  addAfter(key: string, ms: number, { urgent = false }: { urgent?: boolean } = {}): void {
    const due = this.#options.clock.now() + ms;
    if (this.#urgent.has(key) || this.#ready.has(key)) return;
    const waiting = this.#delayed.get(key);
    if (waiting) waiting.urgent ||= urgent;
    if (waiting && waiting.due <= due) return;
    waiting?.cancel.abort();
    const cancel = new AbortController();
    this.#delayed.set(key, { due, urgent: waiting?.urgent ?? urgent, cancel });
    this.#options.clock.sleep(ms, cancel.signal).then(
      () => this.add(key),
      () => undefined,
    );
  }

  /** Works with so many workers until the signal aborts; what runs then is waited for. */
  async run(workers: number, handler: WorkHandler, signal: AbortSignal): Promise<void> {
    const stop = (): void => {
      for (const { cancel } of this.#delayed.values()) cancel.abort();
      this.#delayed.clear();
      for (const wake of this.#wakes.splice(0)) wake();
    };
    signal.addEventListener('abort', stop, { once: true });
    await Promise.all(Array.from({ length: workers }, () => this.#work(handler, signal)));
    stop();
  }

  async #work(handler: WorkHandler, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const [key] = this.#urgent.size > 0 ? this.#urgent : this.#ready;
      if (key === undefined) {
        await new Promise<void>((resolve) => this.#wakes.push(resolve));
        continue;
      }
      const urgent = this.#urgent.delete(key);
      this.#ready.delete(key);
      this.#active.add(key);
      await this.#handle({ key, urgent }, handler, signal);
      this.#active.delete(key);
      const again = this.#again.get(key);
      this.#again.delete(key);
      if (again !== undefined) this.add(key, { urgent: again });
    }
  }

  async #handle(
    { key, urgent }: { key: string; urgent: boolean },
    handler: WorkHandler,
    signal: AbortSignal,
  ): Promise<void> {
    try {
      const again = await handler(key, signal);
      this.#backoffs.delete(key);
      if (again !== undefined) this.addAfter(key, again, { urgent });
    } catch (error) {
      if (signal.aborted) return;
      this.#options.onError(key, error);
      const wait = Math.max(this.#backoffOf(key).next(), retryAfterMs(error) ?? 0);
      this.addAfter(key, wait, { urgent });
    }
  }

  #backoffOf(key: string): Backoff {
    const known = this.#backoffs.get(key);
    if (known) return known;
    const { baseMs, maxMs, random } = this.#options;
    const fresh = new Backoff({ baseMs, maxMs, random });
    this.#backoffs.set(key, fresh);
    return fresh;
  }
}
