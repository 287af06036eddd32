import type { ClusterView } from './cluster-view.ts';

/** Longer than any fault with the back-off after it. */
const LIMIT_MS = 120_000;

interface Expectation {
  what: string;
  since: number;
  isMet: (view: ClusterView) => boolean;
  settle: (met: boolean) => void;
}

/** What the webhook owes: each thing has to be seen within two minutes, or an event was missed. */
export class Expectations {
  readonly missed: string[] = [];
  met = 0;
  /** Milliseconds that the slowest took. */
  slowest = 0;
  readonly #now: () => number;
  #open: Expectation[] = [];

  constructor(now: () => number) {
    this.#now = now;
  }

  /** True once a view shows it, false when none did in time. */
  expect(what: string, isMet: (view: ClusterView) => boolean): Promise<boolean> {
    return new Promise((settle) => this.#open.push({ what, since: this.#now(), isMet, settle }));
  }

  /** Takes in what the cluster looks like. */
  look(view: ClusterView): void {
    this.#open = this.#open.filter((one) => !this.#isSettled(one, view));
  }

  #isSettled({ what, since, isMet, settle }: Expectation, view: ClusterView): boolean {
    const took = this.#now() - since;
    // A view from before the expectation shows the old state.
    const met = view.begunAt >= since && isMet(view);
    if (!met && took < LIMIT_MS) return false;
    if (met) {
      this.met += 1;
      this.slowest = Math.max(this.slowest, took);
    } else this.missed.push(what);
    settle(met);
    return true;
  }
}
