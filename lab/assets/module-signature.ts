import { open } from 'node:fs/promises';

// What follows a signed module: the signature, `struct module_signature` with its length, and these words
// (include/linux/module_signature.h).
const MARK = Buffer.from('~Module signature appended~\n');
const STRUCT = 12;
const LENGTH_AT = 8;

/**
 * Cuts the signature off a kernel module's file; one without stays as it is. The kernel loads unsigned modules too, with a
 * taint flag, and a translated machine takes 50 ms to verify each.
 */
export async function cutSignature(path: string): Promise<void> {
  const file = await open(path, 'r+');
  try {
    const { size } = await file.stat();
    const tail = Buffer.alloc(Math.min(STRUCT + MARK.length, size));
    await file.read(tail, 0, tail.length, size - tail.length);
    if (!tail.subarray(STRUCT).equals(MARK)) return;
    await file.truncate(size - tail.length - tail.readUInt32BE(LENGTH_AT));
  } finally {
    await file.close();
  }
}
