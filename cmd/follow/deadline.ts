import type { Clock } from '../../kube/clock.ts';

/** A signal that aborts with the given one, or after `ms`; `expired` tells which. */
export interface Deadline {
  signal: AbortSignal;
  expired: () => boolean;
  /** Gives the timer back. */
  clear: () => void;
}

/** 0 ms means no limit. */
export function deadline(clock: Clock, signal: AbortSignal, ms: number): Deadline {
  const timer = new AbortController();
  const done = new AbortController();
  if (ms > 0) {
    const either = AbortSignal.any([signal, done.signal]);
    clock.sleep(ms, either).then(
      () => timer.abort(),
      // Cleared or interrupted before its time: nothing to do.
      () => undefined,
    );
  }
  return {
    signal: AbortSignal.any([signal, timer.signal]),
    expired: () => timer.signal.aborted,
    clear: () => done.abort(),
  };
}
