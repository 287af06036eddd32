import type { Clock } from '../../kube/clock.ts';

interface Sleeper {
  due: number;
  wake: () => void;
}

/** Lets everything that can run without time passing run: microtasks, and a few turns of the event loop. */
export async function settle(turns = 5): Promise<void> {
  for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** A clock that moves only when a test says so. Starts at 2026-01-01T00:00:00Z unless told. */
export class SteppedClock implements Clock {
  #now: number;
  #sleepers: Sleeper[] = [];

  constructor(start = Date.UTC(2026, 0, 1)) {
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  /** The time as Kubernetes writes it, seconds precision. */
  timestamp(): string {
    return new Date(this.#now).toISOString().replace(/\.\d+Z$/, 'Z');
  }

  /** Milliseconds until each sleeper wakes, soonest first. */
  get pending(): number[] {
    return this.#sleepers.map((sleeper) => sleeper.due - this.#now).sort((a, b) => a - b);
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(asError(signal.reason));
        return;
      }
      const sleeper: Sleeper = {
        due: this.#now + ms,
        wake: () => {
          signal?.removeEventListener('abort', onAbort);
          resolve();
        },
      };
      const onAbort = (): void => {
        this.#remove(sleeper);
        reject(asError(signal?.reason));
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#sleepers.push(sleeper);
    });
  }

  /** Moves time on by `ms`, waking sleepers one by one at their own moment and letting each run on. */
  async advance(ms: number): Promise<void> {
    const target = this.#now + ms;
    await settle();
    for (let next = this.#nextDue(target); next; next = this.#nextDue(target)) {
      this.#now = Math.max(this.#now, next.due);
      this.#remove(next);
      next.wake();
      await settle();
    }
    this.#now = target;
  }

  /** Sets the wall clock without waking anybody, as an NTP step does. */
  step(ms: number): void {
    this.#now += ms;
    for (const sleeper of this.#sleepers) sleeper.due += ms;
  }

  /** Waits (event loop turns, not time) until somebody sleeps; throws when nobody does. */
  async untilSleeping(count = 1): Promise<void> {
    for (let turn = 0; turn < 2000; turn += 1) {
      if (this.#sleepers.length >= count) return;
      await settle(1);
    }
    throw new Error(`Expected ${count} sleepers, got ${this.#sleepers.length}`);
  }

  #nextDue(target: number): Sleeper | undefined {
    return this.#sleepers.filter((sleeper) => sleeper.due <= target).sort((a, b) => a.due - b.due)[0];
  }

  #remove(sleeper: Sleeper): void {
    this.#sleepers = this.#sleepers.filter((other) => other !== sleeper);
  }
}

const asError = (reason: unknown): Error => (reason instanceof Error ? reason : new Error(String(reason)));

/** Time passes when somebody waits for it. */
export class WaitingClock implements Clock {
  #now = 1_000_000;
  now = (): number => this.#now;
  sleep = (ms: number): Promise<void> => {
    this.#now += ms;
    return Promise.resolve();
  };
}
