import { Registry } from 'prom-client';
import { CLEANUP_CONFIG_MAP } from '../../api/keys.ts';
import { EventRecorder } from '../../kube/events.ts';
import { createLogger, type Logger } from '../../logging/logger.ts';
import { allCaches, createCaches, type Caches } from '../../webhook/controllers/caches.ts';
import type { LeadOptions } from '../../webhook/controllers/lead.ts';
import { Liveness } from '../../webhook/liveness.ts';
import { settle, SteppedClock } from '../fakes/clock.ts';
import { FakeKube } from '../fakes/kube.ts';

/** A pretended cluster with the controllers' caches running over it. */
export interface ControllerBench {
  kube: FakeKube;
  clock: SteppedClock;
  caches: Caches;
  /** Lines that were logged, parsed. */
  logged: Record<string, unknown>[];
  /** What the controllers take. */
  options: LeadOptions & { registry: Registry };
  /** Waits until all recorded Events are written and all caches have seen every change. */
  settled(): Promise<void>;
  stop(): Promise<void>;
}

export const NAMESPACE = 'kubectl-nvme';

export async function controllerBench(
  prepare: (kube: FakeKube) => void = () => undefined,
): Promise<ControllerBench> {
  const clock = new SteppedClock();
  const kube = new FakeKube(clock);
  prepare(kube);
  const logged: Record<string, unknown>[] = [];
  const logger: Logger = createLogger(
    (line) => logged.push(JSON.parse(line) as Record<string, unknown>),
    clock,
  );
  const onError = (kind: string, error: unknown): void => logger.warn('watch', { kind, error });
  const caches = createCaches({ kube, clock, namespace: NAMESPACE, recordName: CLEANUP_CONFIG_MAP, onError });
  const stop = new AbortController();
  const running = allCaches(caches).map((cache) => cache.run(stop.signal));
  await Promise.all(allCaches(caches).map((cache) => cache.waitForSync()));
  const recorder = new EventRecorder({
    kube,
    clock,
    component: 'nvme-webhook',
    instance: 'test',
    random: Math.random,
  });
  const settled = async (): Promise<void> => {
    await settle();
    await recorder.flush();
    await settle();
  };
  return {
    ...{ kube, clock, caches, logged, settled },
    options: {
      ...{ kube, clock, caches, recorder, logger, namespace: NAMESPACE, dryRun: false, spdkSettleMs: 60_000 },
      liveness: new Liveness(clock),
      registry: new Registry(),
      mayWrite: () => true,
    },
    stop: async () => {
      stop.abort(new Error('the test is over'));
      await Promise.all(running);
    },
  };
}
