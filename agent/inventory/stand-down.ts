import type { Facts } from './facts.ts';
import { column, type BlockDevice } from './device-table.ts';
import type { MdArray } from './inventory.ts';
import { mountPointsOf } from './use.ts';

/** GKE sets one of these when its own node software owns the local drives. */
const GKE_LABELS = ['cloud.google.com/gke-ephemeral-storage-local-ssd'];

/**
 * Why the platform already owns the local drives, in words; undefined when they are ours to set up. `local` are the
 * local drives with all that lies on them.
 */
export function standDown(
  facts: Facts,
  local: readonly BlockDevice[],
  arrays: readonly MdArray[],
  labels: Readonly<Record<string, string>>,
): string | undefined {
  const gke = GKE_LABELS.find((key) => labels[key] === 'true');
  if (gke !== undefined) return `GKE uses the local SSDs for ephemeral storage (Node label ${gke})`;
  const paths = new Set(local.map(({ path }) => path));
  const nodeadm = arrays.find(
    ({ name, members }) => name === 'kubernetes' && members.some((path) => paths.has(path)),
  );
  if (nodeadm) return 'EKS nodeadm has made the array /dev/md/kubernetes of the local drives';
  for (const device of local) {
    const why = byMount(facts, device) ?? byLabel(device);
    if (why !== undefined) return why;
  }
  return undefined;
}

function byMount(facts: Facts, device: BlockDevice): string | undefined {
  const mount = mountPointsOf(facts, device).find(({ path }) => path.startsWith('/mnt/k8s-disks/'));
  return mount && `EKS nodeadm has mounted a local drive on ${mount.path}`;
}

function byLabel(device: BlockDevice): string | undefined {
  switch (column(device, 'label')) {
    case 'ephemeral':
    case '.ephemeral':
      return 'Bottlerocket uses the local drives for its ephemeral storage';
    case 'AzureEphmDsk':
      return 'azure-vm-utils has set up the local drives (label AzureEphmDsk)';
    default:
      return undefined;
  }
}
