/** Waiting times that double from `baseMs` to `maxMs`, each spread over its upper half so that clients part ways. */
export class Backoff {
  readonly #baseMs: number;
  readonly #maxMs: number;
  readonly #random: () => number;
  #failures = 0;

  constructor(options: { baseMs: number; maxMs: number; random?: () => number }) {
    this.#baseMs = options.baseMs;
    this.#maxMs = options.maxMs;
    this.#random = options.random ?? Math.random;
  }

  /** Failures in a row. */
  get failures(): number {
    return this.#failures;
  }

  /** Milliseconds to wait after one more failure. */
  next(): number {
    const full = Math.min(this.#maxMs, this.#baseMs * 2 ** Math.min(this.#failures, 40));
    this.#failures += 1;
    return full * (0.5 + this.#random() / 2);
  }

  /** After a success the next failure starts small again. */
  reset(): void {
    this.#failures = 0;
  }
}
