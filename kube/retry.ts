import { ApiError, TransportError } from './errors.ts';
import { codeOf } from './transport-failure.ts';

/**
 * Whether a request may be sent again. `repeatable`: doing it twice is doing it once (reads, and writes that carry
 * a precondition). `unprocessed`: only when the server certainly did nothing with it.
 */
export type RetryPolicy = 'repeatable' | 'unprocessed';

/** A connection that failed may come back at once (a restart behind a load balancer), or a person waits for the news. */
const TRANSPORT_TRIES = 4;
const STATUS_TRIES = 9;
const BASE_MS = 100;
const MAX_MS = 5_000;

/** Failures between us and the server that a new connection may cure; a wrong name or certificate stays wrong. */
const PASSING = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EAI_AGAIN']);

/** 500 also covers etcd without a leader; 504 a request that the server gave up on. */
const PASSING_STATUS = new Set([500, 502, 503, 504]);

/** How often one request has failed so far, the latest failure counted: with an answer, and without one. */
export interface Failures {
  answered: number;
  broken: number;
}

/**
 * Milliseconds to wait before sending again after it failed with `error`, undefined when it must not be sent again.
 * `random` gives 0 to 1; clients that failed together must not come back together.
 */
export function retryDelay(
  error: unknown,
  policy: RetryPolicy,
  failures: Failures,
  random: () => number,
): number | undefined {
  if (!mayRepeat(error, policy, failures)) return undefined;
  const exponent = failures.answered + failures.broken - 1;
  const backoff = Math.min(MAX_MS, BASE_MS * 2 ** exponent) * (0.5 + random() / 2);
  const asked = retryAfterMs(error);
  return asked === undefined ? backoff : asked + backoff;
}

/** What the server asked for in Retry-After, in milliseconds. */
export function retryAfterMs(error: unknown): number | undefined {
  const seconds = error instanceof ApiError ? error.status.details?.retryAfterSeconds : undefined;
  return seconds === undefined ? undefined : seconds * 1000;
}

function mayRepeat(error: unknown, policy: RetryPolicy, failures: Failures): boolean {
  if (error instanceof ApiError) {
    if (failures.answered >= STATUS_TRIES) return false;
    return error.code === 429 || (policy === 'repeatable' && PASSING_STATUS.has(error.code));
  }
  if (!(error instanceof TransportError) || error.timedOut || failures.broken >= TRANSPORT_TRIES)
    return false;
  const code = codeOf(error.cause);
  return code === 'ECONNREFUSED' || (policy === 'repeatable' && PASSING.has(code));
}
