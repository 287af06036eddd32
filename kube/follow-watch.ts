import type { Clock } from './clock.ts';
import { ApiError, TransportError } from './errors.ts';
import { selection, type ListSource } from './list-pages.ts';
import type { StatusBody } from './errors.ts';
import type { KubeObject } from './api.ts';
import { Silence } from './silence.ts';

/** An event with the version to go on from after it. */
export interface FollowedEvent<T> {
  type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK';
  object: T;
  version: string;
}

/**
 * One and a half bookmarks: the API server sends each watch one a minute, by a timer of 1 to 1.25 s (storage/cacher of
 * k8s.io/apiserver). What is given up too early costs one request, see reflector.ts.
 */
const SILENCE_MS = 90_000;

/**
 * One watch from a version on. Ends when the server closes it in good order; throws an ApiError for a refusal or an
 * ERROR event, a TransportError for a broken stream and for one that is silent too long (a connection whose other
 * end is gone gives no sign by itself).
 */
export async function* followWatch<T>(
  source: ListSource<T> & { clock: Clock; silenceMs?: number },
  resourceVersion: string,
  random: () => number,
  signal: AbortSignal,
): AsyncGenerator<FollowedEvent<T>> {
  const { kube, type, clock, silenceMs = SILENCE_MS } = source;
  const line = `WATCH ${type.plural}`;
  const silence = new Silence(
    clock,
    silenceMs,
    () => new TransportError(`${line}: silent for ${silenceMs / 1000} s`, line, { timedOut: true }),
  );
  const stop = AbortSignal.any([signal, silence.signal]);
  const options = {
    ...selection(source),
    resourceVersion,
    allowWatchBookmarks: true,
    // Spread over 5 to 10 minutes, so that a restarted API server does not keep all its watches in step.
    timeoutSeconds: Math.round(300 * (1 + random())),
    signal: stop,
  };
  try {
    for await (const { type: kind, object } of kube.watch(type, options)) {
      if (kind === 'ERROR') throw watchError(object as StatusBody, line);
      yield { type: kind, object, version: versionOf(object) ?? resourceVersion };
      silence.heard();
    }
  } finally {
    silence.end();
  }
}

const versionOf = (object: unknown): string | undefined => (object as KubeObject).metadata?.resourceVersion;

const watchError = (status: StatusBody, line: string): ApiError =>
  new ApiError(status.code ?? 500, status, line);
