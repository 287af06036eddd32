import { createServer, type Server } from 'node:https';
import type { Express } from 'express';
import type { Clock } from '../../kube/clock.ts';

/** A certificate with its key, both PEM. */
export interface ServingCertificate {
  certificate: string;
  key: string;
}

/** The TLS listener of the admission endpoint. */
export interface AdmissionServer {
  readonly port: number;
  /** New connections get this certificate from now on; open ones go on. */
  use(certificate: ServingCertificate): void;
  /** Takes no new connection, lets running requests end, and cuts what is left after `graceMs`. */
  close(graceMs: number): Promise<void>;
}

/** A request's limits: the API server waits two seconds, so what takes longer is no review. */
const LIMITS = {
  minVersion: 'TLSv1.2' as const,
  handshakeTimeout: 10_000,
  headersTimeout: 10_000,
  requestTimeout: 15_000,
  maxHeaderSize: 16 * 1024,
  // Longer than the API server's own idle limit of 90 s, or it would write into a connection that we are closing.
  keepAliveTimeout: 120_000,
};
const MAX_CONNECTIONS = 2_000;

/** Listens on `port` (0 for any) of all addresses, or of `host`. */
export async function listen(
  app: Express,
  certificate: ServingCertificate,
  options: { port: number; host?: string | undefined; clock: Clock },
): Promise<AdmissionServer> {
  const server = createServer({ ...LIMITS, cert: certificate.certificate, key: certificate.key }, app);
  server.maxConnections = MAX_CONNECTIONS;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port: options.port, host: options.host }, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : options.port,
    use: ({ certificate: cert, key }) =>
      server.setSecureContext({ cert, key, minVersion: LIMITS.minVersion }),
    close: (graceMs) => close(server, options.clock, graceMs),
  };
}

/** A kept-alive connection that was busy when we stopped listening falls idle later, and nobody else would end it. */
async function close(server: Server, clock: Clock, graceMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.prependListener('request', (_request, response) => response.setHeader('Connection', 'close'));
  const done = new AbortController();
  const sweeping = sweep(server, clock, graceMs, done.signal).catch(() => undefined);
  await closed;
  done.abort(new Error('closed'));
  await sweeping;
}

async function sweep(server: Server, clock: Clock, graceMs: number, signal: AbortSignal): Promise<void> {
  for (const end = clock.now() + graceMs; clock.now() < end;) {
    server.closeIdleConnections();
    await clock.sleep(Math.min(100, graceMs), signal);
  }
  server.closeAllConnections();
}
