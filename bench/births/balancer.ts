import { connect, createServer, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';

/** One address for several servers, as a Service is: new connections go to a ready one, open ones stay where they are. */
export interface Balancer {
  port: number;
  /** Ports of this machine that take new connections from now on. */
  use(ports: readonly number[]): void;
  close(): Promise<void>;
}

/** Listens on loopback. */
export async function balancer(): Promise<Balancer> {
  let [ports, turn]: [readonly number[], number] = [[], 0];
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    turn += 1;
    const port = ports[turn % Math.max(1, ports.length)];
    if (port === undefined) {
      client.destroy();
      return;
    }
    const upstream = connect({ host: '127.0.0.1', port });
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.setNoDelay(true);
      // What breaks on one side breaks on the other; the error itself is the other's to tell.
      socket.on('error', () => undefined);
    }
    client.pipe(upstream).pipe(client);
    client.on('close', () => end(client, upstream));
    upstream.on('close', () => end(upstream, client));
  });
  const end = (closed: Socket, other: Socket): void => {
    sockets.delete(closed);
    other.destroy();
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    use: (ready) => (ports = ready),
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
