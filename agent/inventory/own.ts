import {
  clearedUuid,
  driveFilesystemUuid,
  encryptedSwapUuid,
  physicalVolumeUuid,
  plainUuid,
  swapUuid,
} from '../plan/identity.ts';
import type { KnownVolume } from '../plan/known-volume.ts';
import type { BlockDevice } from './device-table.ts';
import type { Facts } from './facts.ts';
import type { Signature } from './inventory.ts';

/** `marked` by a reset that ended, `begun` by one, or by a wipe, that did not. */
export type Cleared = 'marked' | 'begun' | undefined;

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

/** Whether a swap signature is one that we make on the drive: swap itself, or the mark before encrypted swap. */
export function ownSwap(
  { type, uuid }: Signature,
  { machineID, identities }: OwnershipContext,
): 'plain' | 'encrypted' | undefined {
  if (type !== 'swap' || uuid === undefined) return undefined;
  if (identities.some((identity) => swapUuid(machineID, identity) === uuid)) return 'plain';
  return identities.some((identity) => encryptedSwapUuid(machineID, identity) === uuid)
    ? 'encrypted'
    : undefined;
}

/** Whether we had begun to make something on the drive itself that leaves no signature when it is interrupted. */
export function hasBegun({ snapshot }: Facts, context: OwnershipContext): boolean {
  const { machineID, identities } = context;
  const uuids = [...filesystemUuids(context)];
  for (const identity of identities)
    uuids.push(swapUuid(machineID, identity), encryptedSwapUuid(machineID, identity));
  return uuids.some((uuid) => snapshot.begun?.includes(uuid) === true);
}

/** Whether a reset left the drive as it is, or what was on it was given up and nothing was made there yet. */
export function isCleared({ snapshot }: Facts, { path }: BlockDevice, context: OwnershipContext): Cleared {
  const own = context.identities.map((identity) => clearedUuid(context.machineID, identity));
  const mark = snapshot.samples?.[path]?.mark;
  if (mark !== undefined && own.includes(mark)) return 'marked';
  return own.some((uuid) => snapshot.begun?.includes(uuid)) ? 'begun' : undefined;
}

const filesystemUuids = ({ machineID, identities }: OwnershipContext): string[] =>
  identities.map((identity) => driveFilesystemUuid(machineID, identity));
