import type { Clock } from './clock.ts';
import { linkedAbort } from './linked-abort.ts';

export interface Deadline {
  clock: Clock;
  /** Milliseconds; 0 is no limit, as kubectl's --request-timeout=0. */
  ms: number;
  /** The caller's own wish to stop. */
  signal: AbortSignal | undefined;
  /** What the work fails with when time is up. */
  expired: () => Error;
}

/**
 * Runs work that ends at the latest when time is up or the caller aborts: the work's signal aborts, and the promise
 * rejects even if the work does not heed it (a credential plugin that hangs).
 */
export async function withDeadline<T>(
  deadline: Deadline,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { clock, ms, signal: outer, expired } = deadline;
  outer?.throwIfAborted();
  const limited = linkedAbort(outer);
  const timer = new AbortController();
  if (ms > 0) {
    clock.sleep(ms, timer.signal).then(
      () => limited.abort(expired()),
      () => undefined,
    );
  }
  try {
    return await Promise.race([work(limited.signal), rejection(limited.signal)]);
  } finally {
    timer.abort();
    limited.unlink();
  }
}

const rejection = (signal: AbortSignal): Promise<never> =>
  new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
