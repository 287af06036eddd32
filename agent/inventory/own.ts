import { driveFilesystemUuid, physicalVolumeUuid, plainUuid } from '../plan/identity.ts';
import type { KnownVolume } from '../plan/known-volume.ts';
import type { Facts } from './facts.ts';
import type { Signature } from './inventory.ts';

/** What ownership of one drive's content is decided from. */
export interface OwnershipContext {
  machineID: string;
  /** All identities the drive may have had. */
  identities: readonly string[];
  /** PersistentVolumes of the node. */
  allVolumes: readonly KnownVolume[];
}

/** Whether a filesystem's UUID is the one we derive for the drive, or the identity of a volume that we published. */
export function isOwnFilesystem({ type, uuid }: Signature, context: OwnershipContext): boolean {
  if (uuid === undefined || (type !== 'ext4' && type !== 'xfs')) return false;
  const published = context.allVolumes.some(({ identity }) => identity === uuid);
  return published || filesystemUuids(context).includes(uuid);
}

/** Whether an LVM physical volume carries the UUID that we derive for the drive. */
export function isOwnPhysicalVolume({ uuid }: Signature, context: OwnershipContext): boolean {
  const found = plainUuid(uuid);
  if (found === undefined) return false;
  return context.identities.some((identity) => physicalVolumeUuid(context.machineID, identity) === found);
}

/** Whether we had begun to make a filesystem on the drive and never ended it. */
export function hasBegunFilesystem({ snapshot }: Facts, context: OwnershipContext): boolean {
  return filesystemUuids(context).some((uuid) => snapshot.begun?.includes(uuid) === true);
}

const filesystemUuids = ({ machineID, identities }: OwnershipContext): string[] =>
  identities.map((identity) => driveFilesystemUuid(machineID, identity));
