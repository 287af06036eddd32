import { once } from 'node:events';
import { createServer } from 'node:http';
import { Counter, Gauge, Registry } from 'prom-client';
import type { Clock } from '../../kube/clock.ts';

/** What the agent tells probes and Prometheus. */
export interface AgentHealth {
  /** A round came to its end. */
  round(outcome: { ready: boolean; seconds: number }): void;
  close(): void;
}

/** Longer than any round takes, a resync interval included: the loop is stuck. */
const STUCK_MS = 1_800_000;

/** Listens on loopback, where the kubelet's probe finds a host-network pod and nobody else does. */
export async function createHealth(port: number, clock: Clock): Promise<AgentHealth> {
  const registry = new Registry();
  const registers = [registry];
  const rounds = new Counter({
    name: 'kubectl_nvme_agent_rounds_total',
    help: 'Rounds that came to their end.',
    registers,
  });
  const ready = new Gauge({
    name: 'kubectl_nvme_agent_ready',
    help: '1 while the drives are ready for pods.',
    registers,
  });
  const seconds = new Gauge({
    name: 'kubectl_nvme_agent_round_seconds',
    help: 'Length of the last round.',
    registers,
  });
  let last = clock.now();
  const server = createServer((request, response) => {
    const answer = (status: number, text: string): void => void response.writeHead(status).end(text);
    const stuck = clock.now() - last > STUCK_MS;
    if (request.url === '/healthz' && stuck) answer(500, 'no round has ended for half an hour');
    else if (request.url === '/healthz') answer(200, 'ok');
    else if (request.url !== '/metrics') answer(404, 'not found');
    else
      registry.metrics().then(
        (text) => answer(200, text),
        (error: unknown) => answer(500, String(error)),
      );
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    round: (outcome) => {
      last = clock.now();
      rounds.inc();
      ready.set(outcome.ready ? 1 : 0);
      seconds.set(outcome.seconds);
    },
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
