import type { VolumeStatus } from '../../api/node.ts';
import type { KubeApi } from '../../kube/api.ts';
import { isAlreadyExists } from '../../kube/errors.ts';
import { persistentVolumes, type PersistentVolume } from '../../kube/resources.ts';
import type { Logger } from '../../logging/logger.ts';
import { isMounted } from '../apply/mounted.ts';
import { RefusedError } from '../apply/refused-error.ts';
import type { Host } from '../host/host.ts';
import type { PlannedVolume } from '../plan/planned.ts';
import { decidePublication, type PresentVolume, type PublishContext } from './decide.ts';

export interface PublishOptions extends PublishContext {
  kube: KubeApi;
  host: Host;
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
    if (obstacle !== undefined) return { ...status, state: 'Failed', reason: obstacle };
  }
  if (annotate !== undefined) {
    const { name, annotations } = annotate;
    await kube.patch(persistentVolumes, name, { type: 'merge', body: { metadata: { annotations } } });
    logger.info('volume kept', { volume: name, ...annotations });
  }
  return status;
}

/**
 * Makes a PersistentVolume, once the filesystem below its path was looked at again: what would be handed out must be the
 * volume, not something that was mounted there meanwhile. Gives what is in the way.
 */
async function publish(
  object: PersistentVolume,
  { mountPath, identity }: PresentVolume,
  status: VolumeStatus,
  { kube, host, logger, onPublished }: PublishOptions,
): Promise<string | undefined> {
  try {
    if (!(await isMounted(host, mountPath, identity))) return 'its filesystem is no longer mounted';
    await kube.create(persistentVolumes, object);
    logger.info('volume published', { volume: status.name, path: status.path });
    onPublished(status);
  } catch (error) {
    if (error instanceof RefusedError) return error.reason;
    // Made by an earlier try whose answer was lost; the next look compares it.
    if (!isAlreadyExists(error)) throw error;
  }
  return undefined;
}

/** Mounted where they should be, by the host's own mountinfo, with a data directory inside. */
async function presentVolumes(planned: readonly PlannedVolume[], host: Host): Promise<PresentVolume[]> {
  const mountPoints = new Set((await host.hostMountinfo()).split('\n').map((line) => line.split(' ')[4]));
  const mounted = planned.filter(({ mountPath }) => mountPoints.has(mountPath));
  const present: PresentVolume[] = [];
  for (const volume of mounted) {
    if (!(await host.exists(volume.path))) continue;
    const entries = await host.readDirectory(volume.path);
    const capacityBytes = await host.filesystemBytes(volume.mountPath);
    present.push({ ...volume, capacityBytes, empty: entries.length === 0 });
  }
  return present;
}
