import type { Logger } from '../../logging/logger.ts';

/** A step that begins now: the `step`-th of `of`, for people. */
export interface StepProgress {
  step: number;
  of: number;
  name: string;
}

/** What it throws is logged and changes nothing. */
export type OnProgress = (progress: StepProgress) => void | Promise<void>;

export interface ProgressOptions {
  onProgress?: OnProgress;
  logger: Logger;
}

/**
 * Tells of steps as they begin, one at a time. Progress is for people: work does not wait for a slow cluster, which hears of
 * the latest step when it has taken the one before, and one that cannot be told must not stop the work half-way.
 */
export class Progress {
  readonly #of: number;
  readonly #options: ProgressOptions;
  #begun = 0;
  #next: StepProgress | undefined;
  #telling: Promise<void> | undefined;

  constructor(of: number, options: ProgressOptions) {
    this.#of = of;
    this.#options = options;
  }

  /** Resolves at once, but for the very first step: that something will be done is known before it is. */
  async begin({ name }: { name: string }): Promise<void> {
    this.#begun += 1;
    this.#next = { step: this.#begun, of: this.#of, name };
    this.#telling ??= this.#tell();
    if (this.#begun === 1) await this.#telling;
  }

  /** Resolves when nothing is on its way any more, so that it cannot overtake what is told next. */
  async end(): Promise<void> {
    await this.#telling;
  }

  async #tell(): Promise<void> {
    for (let now = this.#next; now !== undefined; now = this.#next) {
      this.#next = undefined;
      try {
        await this.#options.onProgress?.(now);
      } catch (error) {
        this.#options.logger.warn('progress could not be told', { error });
      }
    }
    this.#telling = undefined;
  }
}
