import { createHash } from 'node:crypto';

/** Namespace of all our UUIDs, so that no other program derives the same ones. Chosen once, at random. */
const NAMESPACE = '5d2f5a0e-8a5c-4f6b-9b1e-3c7d2a94e610';

/** UUID version 5 (RFC 9562 §5.5) of a text within our namespace. */
export function deriveUuid(text: string): string {
  const digest = createHash('sha1')
    .update(Buffer.from(NAMESPACE.replaceAll('-', ''), 'hex'))
    .update(text)
    .digest();
  const bytes = digest.subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x50, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** Joined so that no two lists give the same text. */
const textOf = (machineID: string, layout: string, identities: readonly string[]): string =>
  JSON.stringify([machineID, layout, [...identities].sort()]);

/** UUID of the filesystem that fills one drive. */
export function driveFilesystemUuid(machineID: string, identity: string): string {
  return deriveUuid(textOf(machineID, 'filesystem', [identity]));
}

/** UUID of the md array over exactly these drives. */
export function arrayUuid(machineID: string, level: string, identities: readonly string[]): string {
  return deriveUuid(textOf(machineID, level, identities));
}

/**
 * UUID of the filesystem on an array or logical volume of ours, derived from its UUID alone: so that a
 * PersistentVolume can be told from a single surviving member of its array.
 */
export function filesystemUuidOn(parentUuid: string): string {
  return deriveUuid(JSON.stringify(['filesystem on', parentUuid]));
}

/**
 * UUID that stands for a drive whose content was given up: half-made from the wipe until something else is made there, and
 * the name in the mark that a reset leaves.
 */
export function clearedUuid(machineID: string, identity: string): string {
  return deriveUuid(textOf(machineID, 'cleared', [identity]));
}

/** UUID of the LVM physical volume on one drive. */
export function physicalVolumeUuid(machineID: string, identity: string): string {
  return deriveUuid(textOf(machineID, 'lvm-pv', [identity]));
}

/** UUID that the volume group over exactly these drives carries in its tag. */
export function volumeGroupUuid(machineID: string, vgName: string, identities: readonly string[]): string {
  return deriveUuid(textOf(machineID, `lvm-vg/${vgName}`, identities));
}

/** UUID that a slice of a volume group carries in its tag. */
export function logicalVolumeUuid(groupUuid: string, lvName: string): string {
  return deriveUuid(JSON.stringify(['lv', groupUuid, lvName]));
}

/** UUID of the swap area that fills one drive. */
export function swapUuid(machineID: string, identity: string): string {
  return deriveUuid(textOf(machineID, 'swap', [identity]));
}

/** UUID of the mark at the start of a drive whose rest is swap under a random key; see plan/swap-area.ts. */
export function encryptedSwapUuid(machineID: string, identity: string): string {
  return deriveUuid(textOf(machineID, 'encrypted-swap', [identity]));
}

/** UUID of the swap area behind the key. */
export function swapUuidBehind(markUuid: string): string {
  return deriveUuid(JSON.stringify(['swap behind', markUuid]));
}

/** What the names of our mappings begin with. */
export const SWAP_MAPPING = 'nvme-swap-';

/** Name of the mapping over a marked drive, below /dev/mapper. */
export const swapMappingOf = (markUuid: string): string => `${SWAP_MAPPING}${markUuid.slice(0, 8)}`;

/** LVM tag around a UUID; tags allow letters, digits and `_+.-` only (lvm(8)). */
export const tagOf = (uuid: string): string => `kubectl-nvme.${uuid}`;

/** md's own notation: four groups of eight digits. */
export const mdNotation = (uuid: string): string =>
  uuid.replaceAll('-', '').replace(/^(.{8})(.{8})(.{8})(.{8})$/, '$1:$2:$3:$4');

/** LVM's own notation: 32 characters in groups of 6-4-4-4-4-4-6. */
export const lvmNotation = (uuid: string): string =>
  uuid.replaceAll('-', '').replace(/^(.{6})(.{4})(.{4})(.{4})(.{4})(.{4})(.{6})$/, '$1-$2-$3-$4-$5-$6-$7');

/** A UUID in any notation as 8-4-4-4-12; undefined when it has not 32 hexadecimal digits. */
export function plainUuid(text: string | undefined): string | undefined {
  const digits = text?.replaceAll(/[-:.]/g, '').toLowerCase() ?? '';
  if (!/^[0-9a-f]{32}$/.test(digits)) return undefined;
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** Name of an array of ours: the UUID's first digits keep two arrays apart, whatever the host calls them. */
export const arrayNameOf = (uuid: string): string => `nvme-${uuid.slice(0, 8)}`;

/** What is on a device as one text, whoever's notation the UUID is in: equal texts are the same content. */
export const contentKey = ({ type, uuid }: { type: string; uuid?: string | undefined }): string =>
  `${type} ${plainUuid(uuid) ?? uuid ?? ''}`.trimEnd();
