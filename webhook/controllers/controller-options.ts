import type { KubeApi } from '../../kube/api.ts';
import type { Clock } from '../../kube/clock.ts';
import type { EventRecorder } from '../../kube/events.ts';
import type { Logger } from '../../logging/logger.ts';
import type { Liveness } from '../liveness.ts';
import type { Caches } from './caches.ts';

/** What every controller works with; `Metrics` are its own. */
export interface ControllerOptions<Metrics> {
  kube: KubeApi;
  clock: Clock;
  caches: Caches;
  recorder: EventRecorder;
  logger: Logger;
  metrics: Metrics;
  /** Is told what is worked on. */
  liveness: Liveness;
  /** Asked right before each write: a leader that was frozen may have been replaced. */
  mayWrite: () => boolean;
}
