import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the server answers to one path, its query left out. */
export interface CannedAnswer {
  code?: number;
  body: unknown;
}

/** The objects from `continue` on, at most `limit`, of a list; anything else as it is. */
function pageOf(body: unknown, query: URLSearchParams): unknown {
  const { items, metadata } = body as { items?: readonly unknown[]; metadata?: object };
  const limit = Number(query.get('limit') ?? 0);
  if (items === undefined || limit === 0) return body;
  const start = Number(query.get('continue') ?? 0);
  const end = start + limit;
  const more = end < items.length ? { continue: String(end) } : {};
  return { ...(body as object), metadata: { ...metadata, ...more }, items: items.slice(start, end) };
}

/**
 * An HTTP server that answers a few paths of the Kubernetes API with canned objects and 404 pages for all others, for
 * tests that run the built program as a process of its own. A path without an answer (`hang`) never gets one. Lists come
 * in the pages that are asked for.
 */
export class CannedApiServer {
  /** Methods with their paths and queries. */
  readonly requests: string[] = [];
  /** Of each request, names and values in turn as they came: shows repeated ones. */
  readonly headers: string[][] = [];
  readonly #answers = new Map<string, CannedAnswer | 'hang'>();
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => {
      const url = new URL(request.url ?? '', 'http://canned');
      this.requests.push(`${request.method ?? ''} ${request.url ?? ''}`);
      this.headers.push(request.rawHeaders);
      const answer = this.#answers.get(url.pathname);
      if (answer === 'hang') return;
      response.statusCode = answer ? (answer.code ?? 200) : 404;
      response.setHeader('content-type', answer ? 'application/json' : 'text/plain');
      response.end(answer ? JSON.stringify(pageOf(answer.body, url.searchParams)) : '404 page not found\n');
    });
  }

  static async start(): Promise<CannedApiServer> {
    const server = new CannedApiServer();
    await new Promise<void>((resolve) => server.#server.listen(0, '127.0.0.1', resolve));
    return server;
  }

  get address(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  answer(path: string, answer: CannedAnswer | 'hang'): void {
    this.#answers.set(path, answer);
  }

  /** A list of objects of one kind. */
  list(path: string, kind: string, items: readonly unknown[]): void {
    this.answer(path, {
      body: { kind: `${kind}List`, apiVersion: 'v1', metadata: { resourceVersion: '1' }, items },
    });
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
