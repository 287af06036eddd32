import type { Registry } from 'prom-client';
import { LevelLoop } from '../../kube/level-loop.ts';
import { allCaches } from './caches.ts';
import { BinderController } from './binder/controller.ts';
import { binderMetrics, type BinderMetrics } from './binder/metrics.ts';
import { CapacityController } from './capacity/controller.ts';
import { capacityMetrics, type CapacityMetrics } from './capacity/metrics.ts';
import { CleanupController } from './cleanup/controller.ts';
import { cleanupMetrics, type CleanupMetrics } from './cleanup/metrics.ts';
import { EnrolController } from './enrol/controller.ts';
import type { ControllerOptions } from './controller-options.ts';
import { enrolMetrics, type EnrolMetrics } from './enrol/metrics.ts';
import { SpdkController } from './spdk/controller.ts';
import { spdkMetrics, type SpdkMetrics } from './spdk/metrics.ts';

/** What all controllers together work with. The clock must not jump: grace periods are measured with it. */
export interface LeadOptions extends Omit<ControllerOptions<never>, 'metrics'> {
  namespace: string;
  dryRun: boolean;
  /** See SpdkOptions. */
  spdkSettleMs: number;
}

export interface ControllerMetrics {
  binder: BinderMetrics;
  capacity: CapacityMetrics;
  cleanup: CleanupMetrics;
  enrol: EnrolMetrics;
  spdk: SpdkMetrics;
}

export const controllerMetrics = (registry: Registry): ControllerMetrics => ({
  binder: binderMetrics(registry),
  capacity: capacityMetrics(registry),
  cleanup: cleanupMetrics(registry),
  enrol: enrolMetrics(registry),
  spdk: spdkMetrics(registry),
});

const RESYNC_MS = 60_000;
/** A burst of changes (a node with all its pods) becomes one look. */
const GATHER_MS = 200;

/** Runs all controllers until the signal aborts; what the leader does. */
export async function lead(
  options: LeadOptions,
  metrics: ControllerMetrics,
  signal: AbortSignal,
): Promise<void> {
  const { caches, logger } = options;
  await Promise.all(allCaches(caches).map((cache) => cache.waitForSync(signal)));
  logger.info('leading: the controllers run');
  const enrol = new EnrolController({ ...options, metrics: metrics.enrol });
  const cleanup = new CleanupController({ ...options, metrics: metrics.cleanup });
  const binder = new BinderController({ ...options, metrics: metrics.binder });
  const capacity = new CapacityController({ ...options, metrics: metrics.capacity });
  const spdk = new SpdkController({ ...options, metrics: metrics.spdk });
  const loops = [
    levelLoop(options, 'clean-up', (aborted) => cleanup.look(aborted)),
    levelLoop(options, 'late binding', (aborted) => binder.look(aborted)),
    levelLoop(options, 'storage capacity', (aborted) => capacity.look(aborted)),
  ];
  const poke = (): void => loops.forEach((loop) => loop.poke());
  const stops = [
    caches.nodes.subscribe((change) => cleanup.onNode(change)),
    ...allCaches(caches).map((cache) => cache.subscribe(poke)),
  ];
  try {
    await Promise.all([enrol.run(signal), spdk.run(signal), ...loops.map((loop) => loop.run(signal))]);
  } finally {
    for (const stop of stops) stop();
  }
}

function levelLoop(
  { clock, logger, liveness }: LeadOptions,
  what: string,
  reconcile: (signal: AbortSignal) => Promise<number | undefined>,
): LevelLoop {
  const onError = (error: unknown): void => logger.warn(`${what} failed, will be tried again`, { error });
  const watched = liveness.watched(what, reconcile);
  return new LevelLoop({ clock, reconcile: watched, onError, resyncMs: RESYNC_MS, gatherMs: GATHER_MS });
}
