import type { KubeApi } from '../../kube/api.ts';
import type { Clock } from '../../kube/clock.ts';
import type { EventRecorder } from '../../kube/events.ts';
import type { Logger } from '../../logging/logger.ts';
import type { Caches } from './caches.ts';

/** What every controller works with; `Metrics` are its own. */
export interface ControllerOptions<Metrics> {
  kube: KubeApi;
  clock: Clock;
  caches: Caches;
  recorder: EventRecorder;
  logger: Logger;
  metrics: Metrics;
  /** Asked right before each write: a leader that was frozen may have been replaced. */
  mayWrite: () => boolean;
}
