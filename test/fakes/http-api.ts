import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { ClusterConfig } from '../../kube/credentials.ts';

/** What a scripted server was asked. */
export interface Received {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: IncomingMessage['headers'];
  /** As sent, names and values in turn: shows repeated headers. */
  rawHeaders: string[];
  body: string;
}

export type Answer = (request: Received, response: ServerResponse) => void;

/** A plain HTTP server that does what a test scripts, faults of the connection included. */
export class HttpApi {
  readonly requests: Received[] = [];
  readonly #server: http.Server;
  #answer: Answer;
  #script: Answer[] = [];

  private constructor(answer: Answer) {
    this.#answer = answer;
    this.#server = http.createServer((request, response) => void this.#handle(request, response));
  }

  static async start(answer: Answer = (_, response) => sendJson(response, {})): Promise<HttpApi> {
    const api = new HttpApi(answer);
    await new Promise<void>((resolve) => api.#server.listen(0, '127.0.0.1', resolve));
    return api;
  }

  /** Answers the next requests one by one; after them the standing answer holds. */
  next(...answers: Answer[]): void {
    this.#script.push(...answers);
  }

  /** The standing answer from now on. */
  always(answer: Answer): void {
    this.#answer = answer;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** A configuration that leads here. */
  config(headers: Record<string, string | string[]> = {}): ClusterConfig {
    const tls = {};
    const credentials = { current: () => Promise.resolve({ headers, tls }), forget: () => undefined };
    return { server: this.url, namespace: 'default', credentials };
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', this.url);
    const received: Received = {
      method: request.method ?? '',
      path: url.pathname,
      query: url.searchParams,
      headers: request.headers,
      rawHeaders: request.rawHeaders,
      body: await text(request),
    };
    this.requests.push(received);
    (this.#script.shift() ?? this.#answer)(received, response);
  }
}

/** Answers with a JSON body. */
export function sendJson(
  response: ServerResponse,
  body: unknown,
  status = 200,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'Content-Type': 'application/json', ...headers }).end(JSON.stringify(body));
}

/** Answers with a metav1.Status. */
export const sendStatus =
  (code: number, reason: string, extra: object = {}, headers: Record<string, string> = {}): Answer =>
  (_, response) =>
    sendJson(
      response,
      {
        kind: 'Status',
        apiVersion: 'v1',
        status: 'Failure',
        code,
        reason,
        message: `${reason} ${code}`,
        ...extra,
      },
      code,
      headers,
    );

/** Breaks the connection as a TCP reset does. */
export const reset: Answer = (_, response) => {
  response.socket?.resetAndDestroy();
};
