import type { Clock } from '../../../kube/clock.ts';

/** Since when each thing has been the same. */
export class HeldStill {
  readonly #clock: Clock;
  readonly #ms: number;
  #known = new Map<string, { what: string; since: number }>();

  /** `ms`: how long something has to be the same. */
  constructor(clock: Clock, ms: number) {
    this.#clock = clock;
    this.#ms = ms;
  }

  /** When it will have been the same for long enough, if it stays so. */
  due(key: string, what: string): number {
    const before = this.#known.get(key);
    const since = before?.what === what ? before.since : this.#clock.now();
    this.#known.set(key, { what, since });
    return since + this.#ms;
  }

  /** The next look begins anew. */
  forget(key: string): void {
    this.#known.delete(key);
  }

  /** Forgets all but these. */
  keep(keys: ReadonlySet<string>): void {
    for (const key of this.#known.keys()) if (!keys.has(key)) this.#known.delete(key);
  }
}
