import { NODE_LABEL, MANAGED_BY, MANAGED_BY_LABEL } from '../../api/keys.ts';
import type { KubeApi, ResourceType } from '../../kube/api.ts';
import { isUnknownKind } from '../../kube/errors.ts';
import { nvmeNodes, nvmeProfiles, persistentVolumes, storageClasses } from '../../kube/resources.ts';

/** Lines about what uninstalling leaves, each with the way to remove it; empty when nothing is left. */
export async function leftBehind(kube: KubeApi): Promise<string[]> {
  const [volumes, classes, profiles, reports] = await Promise.all([
    count(kube, persistentVolumes, NODE_LABEL),
    count(kube, storageClasses, `${MANAGED_BY_LABEL}=${MANAGED_BY}`),
    count(kube, nvmeProfiles),
    count(kube, nvmeNodes),
  ]);
  const lines = [
    ...line(volumes, 'PersistentVolume', `kubectl delete pv -l ${NODE_LABEL}`),
    ...line(classes, 'StorageClass', `kubectl delete storageclass -l ${MANAGED_BY_LABEL}=${MANAGED_BY}`),
    ...line(profiles + reports, 'NVMeProfile and NVMeNode', 'kubectl nvme uninstall --crds'),
  ];
  return lines.length === 0 ? [] : [HEADING, ...lines, DRIVES];
}

const HEADING = 'Left as they are, with how to remove them:';
const DRIVES =
  '  what is on the drives: volumes keep their data and work on; to erase drives run on the node, after the volumes are deleted: umount, then wipefs';

async function count(kube: KubeApi, type: ResourceType<unknown>, labelSelector?: string): Promise<number> {
  try {
    const { items } = await kube.listAll(type, labelSelector === undefined ? {} : { labelSelector });
    return items.length;
  } catch (error) {
    if (isUnknownKind(error)) return 0;
    throw error;
  }
}

const line = (many: number, what: string, how: string): string[] =>
  many === 0 ? [] : [`  ${many} ${what} objects: ${how}`];
