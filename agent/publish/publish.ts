import type { VolumeStatus } from '../../api/node.ts';
import type { KubeApi } from '../../kube/api.ts';
import { isAlreadyExists } from '../../kube/errors.ts';
import { persistentVolumes, type PersistentVolume } from '../../kube/resources.ts';
import type { Clock } from '../../kube/clock.ts';
import type { Logger } from '../../logging/logger.ts';
import { isMounted } from '../apply/mounted.ts';
import { RefusedError } from '../apply/refused-error.ts';
import type { Host } from '../host/host.ts';
import { LockTimeoutError } from '../host/lock.ts';
import type { PlannedVolume } from '../plan/planned.ts';
import { removeLeftovers } from '../recycle/leftovers.ts';
import { decidePublication, type PresentVolume, type PublishContext } from './decide.ts';
import { offerRaw } from './offer-raw.ts';

export interface PublishOptions extends PublishContext {
  kube: KubeApi;
  host: Host;
  clock: Pick<Clock, 'now'>;
  logger: Logger;
  /** Told of each PersistentVolume that was made now. */
  onPublished: (volume: VolumeStatus) => void;
}

/**
 * Publishes the volumes that are really mounted, and says how each stands. What is not mounted is not published, and the
 * next look tries again.
 */
export async function publishVolumes(
  planned: readonly PlannedVolume[],
  options: PublishOptions,
): Promise<VolumeStatus[]> {
  const present = await presentVolumes(planned, options.host);
  const statuses: VolumeStatus[] = [];
  for (const volume of present) statuses.push(await publishOne(volume, options));
  return statuses.sort((a, b) => (a.name < b.name ? -1 : 1));
}

async function publishOne(volume: PresentVolume, options: PublishOptions): Promise<VolumeStatus> {
  const { kube, logger } = options;
  const { create, annotate, status } = decidePublication(volume, options);
  if (create !== undefined) {
    const obstacle = await publish(create, volume, status, options);
    if (obstacle !== undefined) return { ...status, ...obstacle };
  }
  if (annotate !== undefined) {
    const { name, annotations } = annotate;
    await kube.patch(persistentVolumes, name, { type: 'merge', body: { metadata: { annotations } } });
    logger.info('volume kept', { volume: name, ...annotations });
  }
  return status;
}

/** What is in the way of a volume. */
type Obstacle = Pick<VolumeStatus, 'state' | 'reason'>;

/**
 * Makes a PersistentVolume, once what it hands out was looked at again: it must be the volume, not something that was
 * mounted or written there meanwhile. Gives what is in the way.
 */
async function publish(
  object: PersistentVolume,
  volume: PresentVolume,
  status: VolumeStatus,
  { kube, host, clock, logger, onPublished }: PublishOptions,
): Promise<Obstacle | undefined> {
  const create = async (): Promise<void> => {
    await kube.create(persistentVolumes, object);
    logger.info('volume published', { volume: status.name, path: status.path });
    onPublished(status);
  };
  try {
    if (volume.mode === 'Block') await offerRaw(host, volume, String(clock.now()), create);
    else if (await isMounted(host, volume.mountPath, volume.identity)) {
      await removeLeftovers(host, volume);
      await create();
    } else return { state: 'Failed', reason: 'its filesystem is no longer mounted' };
  } catch (error) {
    if (error instanceof RefusedError) return { state: 'Failed', reason: error.reason };
    if (error instanceof LockTimeoutError) return { state: 'Publishing', reason: error.message };
    // Made by an earlier try whose answer was lost; the next look compares it.
    if (!isAlreadyExists(error)) throw error;
  }
  return undefined;
}

/** Filesystems that the host's own mountinfo shows where they should be, with a data directory inside, and raw drives. */
async function presentVolumes(planned: readonly PlannedVolume[], host: Host): Promise<PresentVolume[]> {
  const mountPoints = new Set((await host.hostMountinfo()).split('\n').map((line) => line.split(' ')[4]));
  const present: PresentVolume[] = [];
  for (const volume of planned) {
    if (volume.mode === 'Block') present.push({ ...volume, capacityBytes: volume.size, empty: true });
    else if (mountPoints.has(volume.mountPath) && (await host.exists(volume.path))) {
      const entries = await host.readDirectory(volume.path);
      const capacityBytes = await host.filesystemBytes(volume.mountPath);
      present.push({ ...volume, capacityBytes, empty: entries.length === 0 });
    }
  }
  return present;
}
