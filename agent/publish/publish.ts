import type { VolumeStatus } from '../../api/node.ts';
import type { KubeApi } from '../../kube/api.ts';
import { isAlreadyExists } from '../../kube/errors.ts';
import { persistentVolumes } from '../../kube/resources.ts';
import type { Logger } from '../../logging/logger.ts';
import type { Host } from '../host/host.ts';
import type { PlannedVolume } from '../plan/planned.ts';
import { decidePublication, type PresentVolume, type PublishContext } from './decide.ts';

export interface PublishOptions extends PublishContext {
  kube: KubeApi;
  host: Host;
  logger: Logger;
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
    try {
      await kube.create(persistentVolumes, create);
      logger.info('volume published', { volume: status.name, path: status.path });
    } catch (error) {
      // Made by an earlier try whose answer was lost; the next look compares it.
      if (!isAlreadyExists(error)) throw error;
    }
  }
  if (annotate !== undefined) {
    const { name, annotations } = annotate;
    await kube.patch(persistentVolumes, name, { type: 'merge', body: { metadata: { annotations } } });
    logger.info('volume kept', { volume: name, ...annotations });
  }
  return status;
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
