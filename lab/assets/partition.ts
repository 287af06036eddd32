import { open } from 'node:fs/promises';

const SECTOR = 512;
/** Where the one partition begins: 1 MiB, as every partitioning tool aligns it. */
export const partitionOffset = 2048 * SECTOR;

/** The disk signature of the MBR; the kernel makes the partition's PARTUUID of it. */
const signature = 0x6e766d65;
/** The PARTUUID of the partition that `writePartitionTable` makes. */
export const rootPartUUID = `${signature.toString(16)}-01`;

/**
 * A master boot record with one Linux partition from `partitionOffset` to the end of a disk of `diskBytes`. A root
 * on a partition is what cloud images have, and its PARTUUID is the only name that a kernel without an initrd finds.
 */
export function partitionTable(diskBytes: number): Buffer {
  const record = Buffer.alloc(SECTOR);
  record.writeUInt32LE(signature, 440);
  const entry = 446;
  record.writeUInt8(0x80, entry);
  // Cylinders, heads and sectors cannot say it; these bytes mean "see the sector numbers".
  record.set([0xfe, 0xff, 0xff], entry + 1);
  record.writeUInt8(0x83, entry + 4);
  record.set([0xfe, 0xff, 0xff], entry + 5);
  record.writeUInt32LE(partitionOffset / SECTOR, entry + 8);
  record.writeUInt32LE((diskBytes - partitionOffset) / SECTOR, entry + 12);
  record.writeUInt16LE(0xaa55, 510);
  return record;
}

/** Writes the table into the disk image at `path`, and nothing else of it. */
export async function writePartitionTable(path: string, diskBytes: number): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await file.write(partitionTable(diskBytes), 0, SECTOR, 0);
  } finally {
    await file.close();
  }
}
