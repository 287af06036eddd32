import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Agent, request as send } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { parse } from 'yaml';
import type { KubeApi, KubeList } from '../../kube/api.ts';
import { createKubeApi } from '../../kube/client.ts';
import { systemClock } from '../../kube/system-clock.ts';

/** What is done to a request instead of passing it on; `half` passes half of the first piece of the answer. */
export type Harm =
  | { kind: 'reset' }
  | { kind: 'stall' }
  | { kind: 'half' }
  | { kind: 'status'; code: number; retryAfter?: number }
  | { kind: 'edit'; edit: (list: KubeList<unknown>) => void };

export interface PassingRequest {
  method: string;
  path: string;
  watch: boolean;
}

export type Fault = (request: PassingRequest) => Harm | undefined;

/** Stands between a client and the real API server, and harms what a test asks it to. */
export interface FaultProxy {
  /** `http://127.0.0.1:PORT`. */
  url: string;
  kube: KubeApi;
  /** Requests that were passed on, `DELETE /api/…`. */
  passed: string[];
  /** How often harm was done since the last fault began. */
  readonly harmed: number;
  /** Begins a fault, or ends it; connections that are open break off, so that everything comes anew. */
  inflict(fault: Fault | undefined): void;
  close(): Promise<void>;
}

const REASONS: Readonly<Record<number, string>> = {
  410: 'Expired',
  429: 'TooManyRequests',
  500: 'InternalError',
};

/**
 * Listens on loopback without TLS, and speaks to the API server of the kubeconfig: with all its rights, or with those of
 * the `client`, whose token it passes on.
 */
export async function faultProxy(
  kubeconfig: string,
  rights: 'kubeconfig' | 'client' = 'kubeconfig',
): Promise<FaultProxy> {
  const upstream = await upstreamOf(kubeconfig, rights);
  const passed: string[] = [];
  let [fault, harmed]: [Fault | undefined, number] = [undefined, 0];
  const server = createServer((request, response) => {
    const { method = '', url = '' } = request;
    const harm = fault?.({ method, path: url.split('?', 1)[0] ?? '', watch: url.includes('watch=') });
    if (harm !== undefined) harmed += 1;
    if (harm?.kind === 'reset') request.socket.destroy();
    else if (harm?.kind === 'status') refuse(response, harm.code, harm.retryAfter);
    else if (harm?.kind !== 'stall') {
      passed.push(`${method} ${url}`);
      pass(request, response, upstream, harm);
    }
  });
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const credentials = { current: () => Promise.resolve({ headers: {}, tls: {} }), forget: () => undefined };
  const url = `http://127.0.0.1:${port}`;
  const config = { server: url, namespace: 'default', credentials };
  return {
    url,
    kube: createKubeApi(config, { clock: systemClock(), userAgent: 'fault-test/0', defaultTimeoutMs: 5_000 }),
    passed,
    get harmed() {
      return harmed;
    },
    inflict: (next) => {
      [fault, harmed] = [next, 0];
      for (const socket of sockets) socket.destroy();
    },
    close: () => close(server, sockets, upstream.agent),
  };
}

interface Upstream {
  base: string;
  agent: Agent;
}

async function upstreamOf(kubeconfig: string, rights: 'kubeconfig' | 'client'): Promise<Upstream> {
  const { clusters, users } = parse(await readFile(kubeconfig, 'utf8')) as {
    clusters: { cluster: Record<string, string> }[];
    users: { user: Record<string, string> }[];
  };
  const pem = (text = ''): Buffer => Buffer.from(text, 'base64');
  const [cluster = {}, user = {}] = [clusters[0]?.cluster, users[0]?.user];
  const agent = new Agent({
    keepAlive: true,
    ca: pem(cluster['certificate-authority-data']),
    ...(rights === 'client'
      ? {}
      : { cert: pem(user['client-certificate-data']), key: pem(user['client-key-data']) }),
  });
  return { base: cluster.server ?? '', agent };
}

function refuse(response: ServerResponse, code: number, retryAfter?: number): void {
  const status = {
    kind: 'Status',
    apiVersion: 'v1',
    status: 'Failure',
    reason: REASONS[code],
    code,
    message: 'a fault',
  };
  if (retryAfter !== undefined) response.setHeader('Retry-After', retryAfter);
  response.writeHead(code, { 'Content-Type': 'application/json' }).end(JSON.stringify(status));
}

function pass(
  request: IncomingMessage,
  response: ServerResponse,
  { base, agent }: Upstream,
  harm?: Harm,
): void {
  const { host: _ours, ...headers } = request.headers;
  // What is to be read here must not come packed.
  delete headers['accept-encoding'];
  const outgoing = send(
    new URL(request.url ?? '/', base),
    { agent, headers, method: request.method },
    (incoming) => {
      if (harm?.kind === 'edit') edited(incoming, response, harm.edit);
      else {
        response.writeHead(incoming.statusCode ?? 502, incoming.headers);
        // A watch of a quiet kind has begun long before its first event.
        response.flushHeaders();
        // A crash of the API server must reach the client as one, and not as a watch that has nothing to tell.
        incoming.once('close', () => {
          if (!incoming.complete) response.destroy();
        });
        if (harm?.kind === 'half') half(incoming, response);
        else incoming.pipe(response);
      }
    },
  );
  outgoing.on('error', () => response.destroy());
  response.on('close', () => outgoing.destroy());
  request.pipe(outgoing);
}

function half(incoming: IncomingMessage, response: ServerResponse): void {
  incoming.once('data', (piece: Buffer) => {
    response.write(piece.subarray(0, Math.ceil(piece.length / 2)), () => response.destroy());
  });
}

function edited(
  incoming: IncomingMessage,
  response: ServerResponse,
  edit: (list: KubeList<unknown>) => void,
): void {
  const pieces: Buffer[] = [];
  incoming.on('data', (piece: Buffer) => pieces.push(piece));
  incoming.on('end', () => {
    const list = JSON.parse(Buffer.concat(pieces).toString()) as KubeList<unknown>;
    edit(list);
    response
      .writeHead(incoming.statusCode ?? 502, { 'Content-Type': 'application/json' })
      .end(JSON.stringify(list));
  });
}

async function close(server: Server, sockets: ReadonlySet<Socket>, agent: Agent): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  for (const socket of sockets) socket.destroy();
  await closed;
  agent.destroy();
}
