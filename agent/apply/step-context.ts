import type { Clock } from '../../kube/clock.ts';
import type { Logger } from '../../logging/logger.ts';
import type { Host } from '../host/host.ts';
import type { BegunRegister } from './begun-register.ts';
import type { NodeStatus } from './kubelet/kubelet-up.ts';
import type { SpdkRegister } from './spdk-register.ts';

/** What carrying out a step needs of the world. */
export interface StepContext {
  host: Host;
  clock: Clock;
  logger: Logger;
  begun: BegunRegister;
  /** Opened when a step first asks for it: other layouts have no use for it. */
  spdk: () => Promise<SpdkRegister>;
  nodeStatus?: NodeStatus;
}
