/** A lab could not do what it was asked; the message says what was tried, what came back and the way out. */
export class LabError extends Error {
  /** Stable words for tests and scripts, such as `AlreadyExists`, `NotFound`, `TimedOut`. */
  readonly reason: 'AlreadyExists' | 'NotFound' | 'TimedOut' | 'Exited' | 'Invalid' | 'Unsupported';

  constructor(reason: LabError['reason'], message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'LabError';
    this.reason = reason;
  }
}
