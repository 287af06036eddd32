import { createServer, type Server, type ServerResponse } from 'node:http';
import type { Registry } from 'prom-client';

export interface HealthOptions {
  port: number;
  host?: string | undefined;
  registry: Registry;
  /** What keeps us from answering the API server rightly now, in words; empty when ready. */
  notReady: () => string[];
  /** What is stuck for good, so that only a restart helps. */
  stuck: () => string[];
}

export interface HealthServer {
  readonly port: number;
  close(): Promise<void>;
}

/** `/healthz`, `/readyz` and `/metrics` over plain HTTP: the kubelet and Prometheus ask. */
export async function serveHealth(options: HealthOptions): Promise<HealthServer> {
  const server = createServer({ requestTimeout: 10_000, headersTimeout: 5_000 }, (request, response) => {
    answer(request.url ?? '/', options, response).catch((error: unknown) => {
      send(response, 500, error instanceof Error ? error.message : String(error));
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port: options.port, host: options.host }, () => resolve());
  });
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : options.port,
    close: () => close(server),
  };
}

async function answer(url: string, options: HealthOptions, response: ServerResponse): Promise<void> {
  const [path] = url.split('?');
  if (path === '/healthz') sendVerdict(response, options.stuck());
  else if (path === '/readyz') sendVerdict(response, options.notReady());
  else if (path === '/metrics') {
    send(response, 200, await options.registry.metrics(), options.registry.contentType);
  } else send(response, 404, 'There are /healthz, /readyz and /metrics here');
}

const sendVerdict = (response: ServerResponse, reasons: readonly string[]): void =>
  send(response, reasons.length === 0 ? 200 : 503, reasons.join('\n') || 'ok');

function send(
  response: ServerResponse,
  status: number,
  text: string,
  type = 'text/plain; charset=utf-8',
): void {
  response.writeHead(status, { 'Content-Type': type }).end(text);
}

async function close(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeAllConnections();
  await closed;
}
