import { Agent, request } from 'node:https';
import type { IncomingMessage } from 'node:http';
import type { KeyPair } from './pki.ts';

/** What the API server answered with a status that is not a success. */
export class LabApiError extends Error {
  readonly method: string;
  readonly path: string;
  readonly status: number;

  constructor(method: string, path: string, status: number, body: string) {
    super(`${method} ${path}: the lab's API server answered ${status}: ${body.slice(0, 400)}`);
    this.name = 'LabApiError';
    this.method = method;
    this.path = path;
    this.status = status;
  }
}

/** How the lab itself talks to its API server, before and below anything that is under test: plain JSON requests. */
export interface LabApi {
  get(path: string): Promise<unknown>;
  patch(path: string, body: unknown, type?: PatchType): Promise<unknown>;
  /** Missing objects are not an error. */
  delete(path: string): Promise<void>;
  /** Each object of a watch as it comes; ends when the server ends it, throws when the connection breaks. */
  watch(path: string, signal: AbortSignal): AsyncIterable<unknown>;
}

/** The patch content types that the lab uses. */
export type PatchType = 'application/merge-patch+json' | 'application/json-patch+json';

const REQUEST_TIMEOUT_MS = 10_000;

/** A client for the API server at `port` of 127.0.0.1. */
export function labApi(port: number, ca: string, client: KeyPair): LabApi {
  const agent = new Agent({ keepAlive: true, ca, cert: client.cert, key: client.key });
  const send = (
    method: string,
    path: string,
    body?: unknown,
    type = 'application/json',
    signal?: AbortSignal,
  ) =>
    new Promise<IncomingMessage>((resolve, reject) => {
      const headers = body === undefined ? {} : { 'content-type': type };
      const limit = signal ?? AbortSignal.timeout(REQUEST_TIMEOUT_MS);
      const outgoing = request(
        { host: '127.0.0.1', port, method, path, agent, headers, signal: limit },
        resolve,
      );
      outgoing.once('error', reject);
      outgoing.end(body === undefined ? undefined : JSON.stringify(body));
    });
  const call = async (method: string, path: string, body?: unknown, type?: string): Promise<unknown> =>
    JSON.parse(await successBody(method, path, await send(method, path, body, type))) as unknown;
  return {
    get: (path) => call('GET', path),
    patch: (path, body, type = 'application/merge-patch+json') => call('PATCH', path, body, type),
    delete: async (path) => {
      try {
        await call('DELETE', path);
      } catch (error) {
        if (!(error instanceof LabApiError && error.status === 404)) throw error;
      }
    },
    watch: async function* (path, signal) {
      const response = await send('GET', path, undefined, undefined, signal);
      if (response.statusCode !== 200) await successBody('GET', path, response);
      yield* jsonLines(response);
    },
  };
}

async function successBody(method: string, path: string, response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks).toString('utf8');
  const status = response.statusCode ?? 0;
  if (status < 200 || status > 299) throw new LabApiError(method, path, status, body);
  return body.startsWith('{') ? body : JSON.stringify(body);
}

async function* jsonLines(response: IncomingMessage): AsyncIterable<unknown> {
  let rest = '';
  response.setEncoding('utf8');
  for await (const chunk of response as AsyncIterable<string>) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) yield JSON.parse(line) as unknown;
  }
}
