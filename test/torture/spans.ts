import type { Phase } from './round-plan.ts';

/** Before anything was measured, and how far a measurement is believed: a slow one must not spread the kills over idle time. */
const FIRST_S = 10;
const LEAST_S = 4;
const MOST_S = 15;

/** How long the agent takes for each phase when it is left alone, as seen last: moments are drawn from that. */
export class Spans {
  readonly #seconds = new Map<Phase, number>();

  of(phase: Phase): number {
    return this.#seconds.get(phase) ?? FIRST_S;
  }

  measured(phase: Phase, seconds: number): void {
    this.#seconds.set(phase, Math.min(MOST_S, Math.max(LEAST_S, seconds)));
  }
}
