import { column, type BlockDevice } from './device-table.ts';
import type { Facts } from './facts.ts';
import type { Signature } from './inventory.ts';

/** Keys of `blkid -p -o export` that describe the device or its place on another, not what is on it. */
const NOT_CONTENT =
  /^(?:DEVNAME|PART_ENTRY_.*|BLOCK_SIZE|MINIMUM_IO_SIZE|OPTIMAL_IO_SIZE|ALIGNMENT_OFFSET|PHYSICAL_SECTOR_SIZE|LOGICAL_SECTOR_SIZE)$/;

/**
 * What is written on a device itself. What blkid read from the drive just now counts before udev's memory of it in
 * lsblk's columns; anything found that has no name is still a signature.
 */
export function signatureOf(facts: Facts, device: BlockDevice): Signature | undefined {
  return probed(blkidOf(facts, device)) ?? remembered(device) ?? toldByLvm(facts, device);
}

/** LVM knows its own physical volumes, also those that a file tells nothing else of. */
function toldByLvm({ snapshot }: Facts, { path, kname }: BlockDevice): Signature | undefined {
  const row = snapshot.pvs?.find(({ pv_name }) => pv_name === path || pv_name === `/dev/${kname}`);
  return row && signature('LVM2_member', row.pv_uuid, undefined);
}

/** blkid's answer for a device; undefined when it was not asked. */
export function blkidOf(facts: Facts, device: BlockDevice): Readonly<Record<string, string>> | undefined {
  const { blkid } = facts.snapshot;
  return blkid?.[device.path] ?? blkid?.[`/dev/${device.kname}`];
}

/** blkid's pairs that tell what is on a device, sorted. */
export function contentPairs(values: Readonly<Record<string, string>> = {}): [string, string][] {
  return Object.entries(values)
    .filter(([key, value]) => !NOT_CONTENT.test(key) && value !== '')
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

function probed(values: Readonly<Record<string, string>> | undefined): Signature | undefined {
  const found = contentPairs(values);
  if (found.length === 0) return undefined;
  const { TYPE, PTTYPE, UUID, LABEL } = Object.fromEntries(found);
  return signature(TYPE ?? (PTTYPE === undefined ? 'unknown' : 'partition-table'), UUID, LABEL);
}

function remembered(device: BlockDevice): Signature | undefined {
  const type = column(device, 'fstype');
  const table = column(device, 'pttype') === undefined ? undefined : 'partition-table';
  const uuid = column(device, 'uuid');
  const label = column(device, 'label');
  const nameless = uuid === undefined && label === undefined ? undefined : 'unknown';
  const kind = type ?? table ?? nameless;
  return kind === undefined ? undefined : signature(kind, uuid, label);
}

const signature = (type: string, uuid: string | undefined, label: string | undefined): Signature => ({
  type,
  ...(uuid === undefined ? {} : { uuid }),
  ...(label === undefined ? {} : { label }),
});

/** What a signature means for a person. */
export function describeSignature({ type, label }: Signature): string {
  const name = label === undefined ? '' : ` "${label}"`;
  switch (type) {
    case 'partition-table':
      return 'partitioned';
    case 'ambivalent':
      return 'carries more than one signature';
    case 'unknown':
      return 'carries a signature of an unknown kind';
    case 'LVM2_member':
      return 'LVM physical volume';
    case 'linux_raid_member':
      return `member of md array${name}`;
    case 'zfs_member':
      return `member of ZFS pool${name}`;
    case 'crypto_LUKS':
      return 'encrypted with LUKS';
    case 'swap':
      return 'formatted as swap';
    default:
      return `carries ${/^[aeioux]/i.test(type) ? 'an' : 'a'} ${type} filesystem${name}`;
  }
}
