import type { Clock } from './clock.ts';
import { linkedAbort } from './linked-abort.ts';

export interface LevelLoopOptions {
  clock: Clock;
  /** Looks at everything and does what is due; gives the time of the next look that it already knows of. */
  reconcile: (signal: AbortSignal) => Promise<number | undefined>;
  onError: (error: unknown) => void;
  /** Milliseconds between looks that nothing asked for: a net under lost events. */
  resyncMs: number;
  /** Milliseconds that a burst of changes is gathered for. */
  gatherMs?: number;
}

const RETRY_MS = 1000;

/**
 * Runs a level-based reconcile: after a change (`poke`), at the moment it asked for, and every `resyncMs`. One at a time;
 * a failure is tried again after a second.
 */
export class LevelLoop {
  readonly #options: LevelLoopOptions;
  #poked = Promise.withResolvers<undefined>();

  constructor(options: LevelLoopOptions) {
    this.#options = options;
  }

  /** Something changed: look soon. */
  poke(): void {
    this.#poked.resolve(undefined);
  }

  /** Resolves when the signal aborts, after the running reconcile has come to its end. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, gatherMs = 50 } = this.#options;
    while (!signal.aborted) {
      const wait = await this.#once(signal);
      await this.#pokedOr(wait, signal);
      await clock.sleep(gatherMs, signal).catch(() => undefined);
    }
  }

  async #once(signal: AbortSignal): Promise<number> {
    const { clock, reconcile, onError, resyncMs } = this.#options;
    this.#poked = Promise.withResolvers<undefined>();
    try {
      const next = await reconcile(signal);
      return next === undefined ? resyncMs : Math.min(resyncMs, Math.max(0, next - clock.now()));
    } catch (error) {
      if (!signal.aborted) onError(error);
      return RETRY_MS;
    }
  }

  async #pokedOr(ms: number, signal: AbortSignal): Promise<void> {
    const wait = linkedAbort(signal);
    const slept = this.#options.clock.sleep(ms, wait.signal).catch(() => undefined);
    await Promise.race([this.#poked.promise, slept]);
    wait.abort(new Error('poked'));
    wait.unlink();
  }
}
