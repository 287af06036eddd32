import { randomInt } from 'node:crypto';
import { createServer, type Server } from 'node:net';
import { LabError } from '../errors.ts';

// Below Linux's range for outgoing connections (32768 and up), so that no client socket takes a port between
// our look and the server's bind; above what services commonly use.
const FIRST_PORT = 20_000;
const LAST_PORT = 32_767;

/** `count` different ports of 127.0.0.1 that nobody listens on, chosen at random so that labs seldom meet. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const held: Server[] = [];
  try {
    for (let tries = 0; held.length < count && tries < count + 200; tries += 1) {
      const server = await listenOn(randomInt(FIRST_PORT, LAST_PORT + 1));
      if (server !== undefined) held.push(server);
    }
    if (held.length < count) {
      throw new LabError(
        'Unsupported',
        `found only ${held.length} of ${count} free ports in ${FIRST_PORT}-${LAST_PORT}`,
      );
    }
    return held.map(portOf);
  } finally {
    await Promise.all(held.map((server) => new Promise((resolve) => server.close(resolve))));
  }
}

function listenOn(port: number): Promise<Server | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen({ host: '127.0.0.1', port, exclusive: true }, () => resolve(server));
  });
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string')
    throw new LabError('Invalid', 'a TCP server without a port');
  return address.port;
}
