import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import type { ClusterConfig, Credentials, TlsMaterial } from './credentials.ts';
import { transportFailure } from './transport-failure.ts';

/** One request of HTTP/1.1, as the API server is sent it. */
export interface HttpRequest {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Path and query below the server's address. */
  path: string;
  headers?: Record<string, string>;
  body?: string;
  /** The answer is a stream without end: it gets a connection outside the pool. */
  stream?: boolean;
}

/** `GET /api/v1/nodes/x`, for messages; the query would only hide the point. */
export const requestLine = (request: HttpRequest): string =>
  `${request.method} ${request.path.replace(/\?.*$/s, '')}`;

interface Agents {
  tls: TlsMaterial;
  pool: http.Agent;
  streams: http.Agent;
}

/** Idle connections close before the API server's own 90 s, so that a write never meets a closing one. */
const IDLE_MS = 60_000;

/** Connections to one API server: a pool for requests, which also bounds how many run at once, and one a watch. */
export class Transport {
  readonly #config: ClusterConfig;
  readonly #userAgent: string;
  readonly #maxConnections: number;
  readonly #server: URL;
  #agents: Agents | undefined;

  constructor(config: ClusterConfig, options: { userAgent: string; maxConnections: number }) {
    this.#config = config;
    this.#userAgent = options.userAgent;
    this.#maxConnections = options.maxConnections;
    this.#server = new URL(config.server);
  }

  /** The address, for messages. */
  get server(): string {
    return this.#config.server;
  }

  /** Sends with the credentials of the moment; resolves with the answer's head, its body is still to be read. */
  async send(request: HttpRequest, signal: AbortSignal): Promise<IncomingMessage> {
    const credentials = await this.#config.credentials.current();
    signal.throwIfAborted();
    const secure = this.#server.protocol === 'https:';
    const agent = credentials.agent ?? this.#agent(credentials, request.stream === true);
    const options: https.RequestOptions = {
      method: request.method,
      path: this.#server.pathname.replace(/\/$/, '') + request.path,
      host: this.#server.hostname.replace(/^\[|\]$/g, ''),
      port: this.#server.port === '' ? (secure ? 443 : 80) : Number(this.#server.port),
      headers: this.#headers(request, credentials),
      agent,
    };
    return new Promise((resolve, reject) => {
      const outgoing = (secure ? https : http).request(options);
      const stop = (): void => {
        outgoing.destroy(signal.reason as Error);
      };
      signal.addEventListener('abort', stop, { once: true });
      outgoing.once('response', (incoming) => {
        const cut = (): void => {
          incoming.destroy(signal.reason as Error);
        };
        signal.removeEventListener('abort', stop);
        signal.addEventListener('abort', cut, { once: true });
        incoming.once('close', () => signal.removeEventListener('abort', cut));
        resolve(incoming);
      });
      outgoing.on('error', (cause) => {
        signal.removeEventListener('abort', stop);
        reject(signal.aborted ? (signal.reason as Error) : this.failure(cause, request));
      });
      outgoing.end(request.body);
    });
  }

  /** A broken exchange in words. */
  failure(cause: unknown, request: HttpRequest): Error {
    return transportFailure(cause, this.server, requestLine(request));
  }

  /** After a time-out: idle connections of a server that vanished would each cost another one. */
  dropIdle(): void {
    for (const agent of [this.#agents?.pool, this.#agents?.streams]) {
      for (const sockets of Object.values(agent?.freeSockets ?? {})) {
        for (const socket of sockets ?? []) socket.destroy();
      }
    }
  }

  /** The server no longer accepts who we are: ask the source anew. */
  forgetCredentials(): void {
    this.#config.credentials.forget();
  }

  #headers(request: HttpRequest, credentials: Credentials): http.OutgoingHttpHeaders {
    return {
      Accept: 'application/json',
      'User-Agent': this.#userAgent,
      ...credentials.headers,
      ...request.headers,
      ...(request.body === undefined ? {} : { 'Content-Length': Buffer.byteLength(request.body) }),
    };
  }

  #agent(credentials: Credentials, stream: boolean): http.Agent {
    if (this.#agents?.tls !== credentials.tls) {
      this.dropIdle();
      this.#agents = this.#newAgents(credentials.tls);
    }
    return stream ? this.#agents.streams : this.#agents.pool;
  }

  #newAgents(tls: TlsMaterial): Agents {
    const base = { keepAlive: true, keepAliveMsecs: 30_000, timeout: IDLE_MS };
    const make = (options: http.AgentOptions): http.Agent =>
      this.#server.protocol === 'https:' ? new https.Agent({ ...options, ...tls }) : new http.Agent(options);
    return { tls, pool: make({ ...base, maxSockets: this.#maxConnections }), streams: make(base) };
  }
}
