/** A signal that aborts by itself and with another one. */
export interface LinkedAbort {
  signal: AbortSignal;
  abort(reason?: unknown): void;
  /** To be called when the signal is needed no more: the other one forgets it. */
  unlink(): void;
}

/**
 * For waits inside something that lives long. AbortSignal.any does the same, but what it makes is kept until a full garbage
 * collection: 100,000 waits under one signal took a process of Node 24 from 60 to 177 MiB.
 */
export function linkedAbort(outer: AbortSignal | undefined): LinkedAbort {
  const controller = new AbortController();
  const follow = (): void => controller.abort(outer?.reason);
  if (outer?.aborted === true) follow();
  else outer?.addEventListener('abort', follow, { once: true });
  return {
    signal: controller.signal,
    abort: (reason) => controller.abort(reason),
    unlink: () => outer?.removeEventListener('abort', follow),
  };
}
