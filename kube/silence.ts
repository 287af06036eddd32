import type { Clock } from './clock.ts';

/**
 * Aborts its signal when nothing was heard for so many milliseconds, 0 for never; hearing costs one assignment, because
 * events come in floods.
 */
export class Silence {
  readonly #controller = new AbortController();
  readonly #timer = new AbortController();
  readonly #clock: Clock;
  #heard: number;

  constructor(clock: Clock, ms: number, reason: () => Error) {
    this.#clock = clock;
    this.#heard = clock.now();
    if (ms === 0) return;
    this.#guard(ms).then(
      () => this.#controller.abort(reason()),
      () => undefined,
    );
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  heard(): void {
    this.#heard = this.#clock.now();
  }

  end(): void {
    this.#timer.abort();
  }

  async #guard(ms: number): Promise<void> {
    for (let rest = ms; rest > 0; rest = this.#heard + ms - this.#clock.now()) {
      await this.#clock.sleep(rest, this.#timer.signal);
    }
  }
}
