import type { KubeApi } from '../../kube/api.ts';
import type { Clock } from '../../kube/clock.ts';
import type { EventRecorder } from '../../kube/events.ts';
import type { Logger } from '../../logging/logger.ts';
import type { Host } from '../host/host.ts';
import type { StatusWriter } from '../report/status-writer.ts';
import type { Discover } from './look.ts';

/** What a round needs of the world, and whose node it is. */
export interface ReconcileOptions {
  kube: KubeApi;
  host: Host;
  clock: Clock;
  logger: Logger;
  events: Pick<EventRecorder, 'record'>;
  statusWriter: Pick<StatusWriter, 'write'>;
  nodeName: string;
  /** Boot ID of the host, which decides whether the Node object speaks of this boot. */
  bootID: string;
  discover: Discover;
  version: string;
}
