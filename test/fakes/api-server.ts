import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the server answers to one path, its query left out. */
export interface CannedAnswer {
  code?: number;
  body: unknown;
}

/**
 * An HTTP server that answers a few paths of the Kubernetes API with canned objects and 404 pages for all others, for
 * tests that run the built program as a process of its own. A path without an answer (`hang`) never gets one.
 */
export class CannedApiServer {
  readonly requests: string[] = [];
  readonly #answers = new Map<string, CannedAnswer | 'hang'>();
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => {
      const path = (request.url ?? '').split('?', 1)[0] ?? '';
      this.requests.push(`${request.method ?? ''} ${request.url ?? ''}`);
      const answer = this.#answers.get(path);
      if (answer === 'hang') return;
      response.statusCode = answer ? (answer.code ?? 200) : 404;
      response.setHeader('content-type', answer ? 'application/json' : 'text/plain');
      response.end(answer ? JSON.stringify(answer.body) : '404 page not found\n');
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
