import type { Clock } from '../kube/clock.ts';

/** Longer than any piece of work takes: each of its requests has a limit of its own. Only a restart helps then. */
const STUCK_MS = 1_800_000;

/** Knows what is being worked on since when, for `/healthz`. The clock must not jump. */
export class Liveness {
  readonly #clock: Clock;
  readonly #running = new Set<{ what: string; since: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The same work; while it runs, it is known here. */
  watched<A extends unknown[], T>(
    what: string,
    work: (...given: A) => Promise<T>,
  ): (...given: A) => Promise<T> {
    return async (...given) => {
      const run = { what, since: this.#clock.now() };
      this.#running.add(run);
      try {
        return await work(...given);
      } finally {
        this.#running.delete(run);
      }
    };
  }

  /** What does not come to its end, in words. */
  stuck(): string[] {
    const now = this.#clock.now();
    const late = [...this.#running].filter(({ since }) => now - since > STUCK_MS);
    return [...new Set(late.map(({ what }) => `${what} has not come to its end for half an hour`))];
  }
}
