import { constants, open, type FileHandle } from 'node:fs/promises';
import type { Place } from './host.ts';

/** Bytes of a device or file at each place, opened read-only once; rejects when it ends before. */
export async function readBlocks(path: string, places: readonly Place[]): Promise<Uint8Array[]> {
  const handle = await open(path, constants.O_RDONLY);
  try {
    const blocks: Uint8Array[] = [];
    for (const place of places) blocks.push(await readFully(handle, path, place));
    return blocks;
  } finally {
    await handle.close();
  }
}

async function readFully(handle: FileHandle, path: string, { offset, length }: Place): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  let done = 0;
  while (done < length) {
    const { bytesRead } = await handle.read(bytes, done, length - done, offset + done);
    if (bytesRead === 0) {
      throw new Error(`Expected ${length} bytes at ${offset} of ${path}, got ${done}: the device ends there`);
    }
    done += bytesRead;
  }
  return bytes;
}

/**
 * Opens a block device O_RDONLY|O_EXCL and closes it. The kernel answers EBUSY for a mount in any namespace, md, dm and
 * swap, whatever the access mode (e2fsprogs' ext2fs_check_mount_point asks the same way). Closing a writable descriptor
 * would make udev look at the drive again, and it would assemble an array that we have just stopped. On anything but a
 * block device O_EXCL would say nothing (open(2)), so that is ENOTBLK.
 */
export async function probeExclusive(path: string): Promise<void> {
  await exclusively(path, constants.O_RDONLY, () => Promise.resolve());
}

/** Opened for writing, and for as long as the work runs: nobody can mount, assemble or swap on the device meanwhile. */
export async function holdExclusive<T>(path: string, work: () => Promise<T>): Promise<T> {
  return exclusively(path, constants.O_RDWR, work);
}

async function exclusively<T>(path: string, access: number, work: () => Promise<T>): Promise<T> {
  const handle = await open(path, access | constants.O_EXCL);
  try {
    const seen = await handle.stat();
    if (!seen.isBlockDevice()) {
      throw Object.assign(new Error(`ENOTBLK: ${path} is no block device`), { code: 'ENOTBLK', path });
    }
    return await work();
  } finally {
    await handle.close();
  }
}

/** Writes a kernel attribute below /sys or /proc in one write(2); never makes a file. Rejects as the kernel answers. */
export async function writeAttribute(path: string, text: string): Promise<void> {
  const handle = await open(path, constants.O_WRONLY);
  try {
    await handle.write(text);
  } finally {
    await handle.close();
  }
}
