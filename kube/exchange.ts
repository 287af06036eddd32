import type { IncomingMessage } from 'node:http';
import { finished } from 'node:stream/promises';
import { text as readText } from 'node:stream/consumers';
import type { RequestOptions, WatchEvent } from './api.ts';
import type { Clock } from './clock.ts';
import { withDeadline } from './deadline.ts';
import { linkedAbort } from './linked-abort.ts';
import { ApiError, isUnauthorized, TransportError } from './errors.ts';
import { retryDelay, type RetryPolicy } from './retry.ts';
import { Silence } from './silence.ts';
import { apiError } from './status.ts';
import { requestLine, type HttpRequest, type Transport } from './transport.ts';
import { watchEvents } from './watch-stream.ts';

export interface ExchangeOptions {
  clock: Clock;
  defaultTimeoutMs: number;
  random: () => number;
  onWarning: (text: string) => void;
  onAnswer: (method: string, code: number) => void;
}

/** Reads an answer's body to its end. */
type Take<T> = (response: IncomingMessage) => Promise<T>;

/** Not `buffer` of stream/consumers, which goes through a Blob: a third of a second for 2,000 nodes. */
async function readBytes(response: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  response.on('data', (chunk: Buffer) => chunks.push(chunk));
  await finished(response);
  return Buffer.concat(chunks);
}

/** Requests with a time limit, retries inside it, and errors in the API server's words. */
export class Exchange {
  readonly #transport: Transport;
  readonly #options: ExchangeOptions;

  constructor(transport: Transport, options: ExchangeOptions) {
    this.#transport = transport;
    this.#options = options;
  }

  /** The decoded body of the answer. */
  async json<T>(request: HttpRequest, policy: RetryPolicy, options: RequestOptions): Promise<T> {
    const body = await this.text(request, policy, options);
    try {
      return JSON.parse(body) as T;
    } catch (cause) {
      const line = requestLine(request);
      const start = body.slice(0, 80);
      throw new TransportError(
        `${line}: expected JSON from ${this.#transport.server}, got \`${start}\``,
        line,
        {
          cause,
        },
      );
    }
  }

  /** The body of the answer. Rejects with the signal's reason when the caller aborts. */
  async text(request: HttpRequest, policy: RetryPolicy, options: RequestOptions): Promise<string> {
    return this.#body(readText, request, policy, options);
  }

  /** The body of an answer that is no text. */
  async bytes(request: HttpRequest, policy: RetryPolicy, options: RequestOptions): Promise<Buffer> {
    return this.#body(readBytes, request, policy, options);
  }

  /** The events of a watch; the time limit covers only the wait for its start. */
  async *watch<T>(request: HttpRequest, options: RequestOptions): AsyncGenerator<WatchEvent<T>> {
    yield* watchEvents<T>(this.#open(request, options), requestLine(request));
  }

  /** Ends a stream that says nothing for as long as a request may take: a large one may take longer as a whole. */
  silence(request: HttpRequest, options: RequestOptions): Silence {
    const { clock, ms, expired } = this.#deadline(
      request,
      options.timeoutMs ?? this.#options.defaultTimeoutMs,
      undefined,
    );
    return new Silence(clock, ms, expired);
  }

  /** An answer without end as text; a character is never cut in two. */
  async *stream(request: HttpRequest, options: RequestOptions): AsyncGenerator<string> {
    const decoder = new TextDecoder();
    for await (const chunk of this.#open(request, options)) yield decoder.decode(chunk, { stream: true });
    yield decoder.decode();
  }

  async *#open(request: HttpRequest, options: RequestOptions): AsyncGenerator<Buffer> {
    options.signal?.throwIfAborted();
    const stop = linkedAbort(options.signal);
    try {
      const ms = options.timeoutMs ?? this.#options.defaultTimeoutMs;
      const response = await withDeadline(this.#deadline(request, ms, stop.signal), () =>
        this.#renewing(request, stop.signal),
      );
      yield* this.#chunks(response, request, stop.signal);
    } finally {
      stop.unlink();
      stop.abort();
    }
  }

  async #body<T>(
    take: Take<T>,
    request: HttpRequest,
    policy: RetryPolicy,
    options: RequestOptions,
  ): Promise<T> {
    const { clock } = this.#options;
    const ms = options.timeoutMs ?? this.#options.defaultTimeoutMs;
    const end = ms > 0 ? clock.now() + ms : Infinity;
    return withDeadline(this.#deadline(request, ms, options.signal), (signal) =>
      this.#repeat(take, request, policy, end, signal),
    );
  }

  async #repeat<T>(
    take: Take<T>,
    request: HttpRequest,
    policy: RetryPolicy,
    end: number,
    signal: AbortSignal,
  ): Promise<T> {
    const { clock, random } = this.#options;
    const failures = { answered: 0, broken: 0 };
    for (;;) {
      try {
        return await this.#read(take, await this.#renewing(request, signal), request, signal);
      } catch (error) {
        signal.throwIfAborted();
        failures[error instanceof ApiError ? 'answered' : 'broken'] += 1;
        const delay = retryDelay(error, policy, failures, random);
        if (delay === undefined || clock.now() + delay >= end) throw error;
        await clock.sleep(delay, signal);
      }
    }
  }

  /** One try; a 401 is answered once with fresh credentials, because tokens are rotated under us. */
  async #renewing(request: HttpRequest, signal: AbortSignal): Promise<IncomingMessage> {
    try {
      return await this.#once(request, signal);
    } catch (error) {
      if (!isUnauthorized(error)) throw error;
      this.#transport.forgetCredentials();
      return this.#once(request, signal);
    }
  }

  async #once(request: HttpRequest, signal: AbortSignal): Promise<IncomingMessage> {
    const response = await this.#transport.send(request, signal);
    this.#warn(response);
    const code = response.statusCode ?? 0;
    this.#options.onAnswer(request.method, code);
    if (code < 400) return response;
    const body = await this.#read(readBytes, response, request, signal);
    throw apiError(code, response.headers, body, requestLine(request));
  }

  async #read<T>(
    take: Take<T>,
    response: IncomingMessage,
    request: HttpRequest,
    signal: AbortSignal,
  ): Promise<T> {
    try {
      return await take(response);
    } catch (cause) {
      signal.throwIfAborted();
      throw this.#transport.failure(cause, request);
    }
  }

  async *#chunks(
    response: IncomingMessage,
    request: HttpRequest,
    signal: AbortSignal,
  ): AsyncGenerator<Buffer> {
    try {
      yield* response as AsyncIterable<Buffer>;
    } catch (cause) {
      signal.throwIfAborted();
      throw this.#transport.failure(cause, request);
    }
  }

  #deadline(request: HttpRequest, ms: number, signal: AbortSignal | undefined) {
    const line = requestLine(request);
    const expired = (): Error => {
      this.#transport.dropIdle();
      return new TransportError(
        `${line}: no answer from ${this.#transport.server} within ${ms / 1000} s; check that it is up and reachable`,
        line,
        { timedOut: true },
      );
    };
    return { clock: this.#options.clock, ms, signal, expired };
  }

  /** `299 - "text"`, several of them joined by commas (RFC 9111). */
  #warn(response: IncomingMessage): void {
    for (const [, text = ''] of (response.headers.warning ?? '').matchAll(/299 \S+ "((?:[^"\\]|\\.)*)"/g)) {
      this.#options.onWarning(text.replaceAll(/\\(.)/g, '$1'));
    }
  }
}
