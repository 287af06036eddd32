import {
  CLEAN,
  CLEANUP,
  DRIVE_COUNT,
  DRIVES,
  HOSTNAME_LABEL,
  MANAGED_BY,
  MANAGED_BY_LABEL,
  NODE_LABEL,
  NODE_UID,
  PROVISIONED_BY,
  PROVISIONER,
  VOLUME_IDENTITY,
} from '../../api/keys.ts';
import type { NVMeProfileSpec } from '../../api/profile.ts';
import type { PersistentVolume } from '../../kube/resources.ts';
import { deriveUuid, plainUuid } from '../plan/identity.ts';
import type { PlannedVolume } from '../plan/planned.ts';

/** The node that a volume is published for. */
export interface PublishingNode {
  name: string;
  uid: string;
  /** Value of the label kubernetes.io/hostname, which local volumes select on. */
  hostname: string;
}

/** What a volume's object is made from beside the volume. */
export interface Publication {
  node: PublishingNode;
  spec: NVMeProfileSpec;
  /** Local drives of the node: proof that a volume is lost needs them all back. */
  localDrives: number;
}

/**
 * The same name after every reboot: from the node's name and the filesystem's UUID, or a UUID made of the drive's identity,
 * of which 12 digits are enough on one node.
 */
export function volumeName(
  node: Pick<PublishingNode, 'name'>,
  { identity }: Pick<PlannedVolume, 'identity'>,
): string {
  const uuid = plainUuid(identity) ?? deriveUuid(JSON.stringify(['raw volume', identity]));
  return `nvme-${node.name}-${uuid.replaceAll('-', '').slice(0, 12)}`;
}

/**
 * The PersistentVolume of one volume. The clean-up rules of the moment travel on it, because the profile may be gone when
 * they are needed; `provisioned-by` leaves the deletion of the data to us (Kubernetes' PV controller skips it then).
 */
export function volumeObject(
  { node, spec, localDrives }: Publication,
  volume: PlannedVolume & { capacityBytes: number },
): PersistentVolume {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: {
      name: volumeName(node, volume),
      labels: { [MANAGED_BY_LABEL]: MANAGED_BY, [NODE_LABEL]: node.name, [HOSTNAME_LABEL]: node.hostname },
      annotations: {
        [PROVISIONED_BY]: PROVISIONER,
        [NODE_UID]: node.uid,
        [VOLUME_IDENTITY]: volume.identity,
        [DRIVE_COUNT]: String(localDrives),
        [DRIVES]: JSON.stringify(volume.drives),
        [CLEANUP]: JSON.stringify(spec.cleanup),
        [CLEAN]: spec.volumes.clean,
      },
    },
    spec: {
      capacity: { storage: String(volume.capacityBytes) },
      volumeMode: volume.mode,
      accessModes: ['ReadWriteOnce'],
      persistentVolumeReclaimPolicy: spec.volumes.reclaimPolicy,
      storageClassName: spec.volumes.storageClassName,
      local: { path: volume.path },
      nodeAffinity: {
        required: {
          nodeSelectorTerms: [
            { matchExpressions: [{ key: HOSTNAME_LABEL, operator: 'In', values: [node.hostname] }] },
          ],
        },
      },
    },
  };
}
