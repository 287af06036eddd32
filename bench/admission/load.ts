import { connect, type TLSSocket } from 'node:tls';

export interface LoadOptions {
  port: number;
  path: string;
  /** PEM of the authority that signed the server's certificate. */
  ca: string;
  body: string;
  connections: number;
  /** Milliseconds. */
  durationMs: number;
}

/** Latencies of all answers, in milliseconds and in order of size; every one was a 200 with a patch. */
export interface Load {
  latencies: number[];
  seconds: number;
}

/**
 * Asks over kept-alive connections, one request at a time on each, as an API server does. Written on bare sockets: an
 * HTTP client would be slower than the servers that it measures.
 */
export async function load(options: LoadOptions): Promise<Load> {
  const latencies: number[] = [];
  const began = performance.now();
  const end = began + options.durationMs;
  await Promise.all(
    Array.from({ length: options.connections }, () => ask(options, end, (ms) => latencies.push(ms))),
  );
  latencies.sort((a, b) => a - b);
  return { latencies, seconds: (performance.now() - began) / 1000 };
}

function ask(
  { port, path, ca, body }: LoadOptions,
  end: number,
  measured: (ms: number) => void,
): Promise<void> {
  const head = [
    `POST ${path}?timeout=2s HTTP/1.1`,
    'Host: 127.0.0.1',
    'Content-Type: application/json',
    'Accept: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
  ];
  const request = `${head.join('\r\n')}\r\n\r\n${body}`;
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, ca });
    let [asked, answer] = [0, ''];
    const next = (): void => {
      if (performance.now() >= end) {
        socket.end();
        resolve();
        return;
      }
      [asked, answer] = [performance.now(), ''];
      socket.write(request);
    };
    socket.setNoDelay(true).setEncoding('latin1');
    socket.on('secureConnect', next).on('error', reject);
    socket.on('close', () => reject(new Error('the server closed a connection')));
    socket.on('data', (piece: string) => {
      answer += piece;
      if (!isWhole(answer)) return;
      if (!isPatch(answer)) fail(socket, answer);
      measured(performance.now() - asked);
      next();
    });
  });
}

function isWhole(answer: string): boolean {
  const headEnd = answer.indexOf('\r\n\r\n');
  if (headEnd === -1) return false;
  const length = /^content-length: (\d+)\r$/im.exec(answer.slice(0, headEnd + 2))?.[1];
  if (length === undefined) throw new Error(`Expected a Content-Length, got:\n${answer.slice(0, headEnd)}`);
  return answer.length >= headEnd + 4 + Number(length);
}

const isPatch = (answer: string): boolean =>
  answer.startsWith('HTTP/1.1 200 ') && answer.includes('"patchType":"JSONPatch"');

function fail(socket: TLSSocket, answer: string): never {
  socket.destroy();
  throw new Error(`Expected a 200 with a patch, got:\n${answer.slice(0, 2000)}`);
}
