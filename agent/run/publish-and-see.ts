import type { VolumeStatus } from '../../api/node.ts';
import type { NVMeProfileSpec } from '../../api/profile.ts';
import type { KubeApi } from '../../kube/api.ts';
import type { Clock } from '../../kube/clock.ts';
import type { Logger } from '../../logging/logger.ts';
import type { Host } from '../host/host.ts';
import type { PlannedVolume } from '../plan/planned.ts';
import { publishVolumes } from '../publish/publish.ts';
import { observeWithOrder } from './consent.ts';
import type { Observation } from './observe.ts';

export interface PublishAndSeeOptions {
  kube: KubeApi;
  host: Host;
  clock: Clock;
  logger: Logger;
  nodeName: string;
  bootID: string;
  spec: NVMeProfileSpec;
  localDrives: number;
  onPublished: (volume: VolumeStatus) => void;
  signal: AbortSignal;
}

/** The PV controller sets a new volume's phase within milliseconds; a later round would find it, too. */
const SETTLE_MS = 300;

/**
 * Publishes what is there and looks at the cluster again, so that the taint goes only when the volumes are really there.
 * `planned` gives the volumes for what the cluster says then; the observation is the one that the next round begins with.
 */
export async function publishAndSee(
  planned: (seen: Observation) => readonly PlannedVolume[],
  options: PublishAndSeeOptions,
): Promise<{ volumes: VolumeStatus[]; seen: Observation }> {
  const { clock, signal } = options;
  const publish = (now: Observation): Promise<VolumeStatus[]> => {
    const { publishing: node, volumes, pause } = now;
    return publishVolumes(planned(now), { ...options, node, volumes, mayCreate: pause === undefined });
  };
  const before = await observeWithOrder(options, signal);
  const volumes = await publish(before);
  if (!volumes.some(({ state }) => state === 'Publishing')) return { volumes, seen: before };
  await clock.sleep(SETTLE_MS, signal);
  const seen = await observeWithOrder(options, signal);
  return { volumes: await publish(seen), seen };
}
