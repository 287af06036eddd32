import { setTimeout as delay } from 'node:timers/promises';
import { LabError } from './errors.ts';

/** How long to go on asking, how often, and when to give up early. */
export interface WaitOptions {
  timeoutMs: number;
  intervalMs?: number;
  signal: AbortSignal;
  /** Told in the error, so that a time-out says what was seen last. */
  lastSeen?: () => string;
}

/**
 * Asks `probe` until it gives something other than undefined. Errors of the probe end the wait; a time-out
 * is a `LabError` that says what was waited for.
 */
export async function waitFor<T>(
  what: string,
  options: WaitOptions,
  probe: () => Promise<T | undefined>,
): Promise<T> {
  const { timeoutMs, intervalMs = 100, signal } = options;
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    signal.throwIfAborted();
    const got = await probe();
    if (got !== undefined) return got;
    if (performance.now() > deadline) throw timedOut(what, options);
    await delay(intervalMs, undefined, { signal });
  }
}

function timedOut(what: string, { timeoutMs, lastSeen }: WaitOptions): LabError {
  const seen = lastSeen === undefined ? '' : `; last seen: ${lastSeen()}`;
  return new LabError('TimedOut', `waited ${(timeoutMs / 1000).toFixed(0)} s for ${what}${seen}`);
}
