import { createHash } from 'node:crypto';
import type { SampleResult } from '../../api/snapshot.ts';
import type { Host } from '../host/host.ts';
import { MARK_BYTES, parseMark } from './mark.ts';

const MIB = 2 ** 20;
const BLOCK_BYTES = 4096;
/** Random blocks beside the first and the last MiB (docs/safety.md). */
const RANDOM_BLOCKS = 64;

/** A device gave fewer bytes than it should have. */
export class ShortReadError extends Error {
  override readonly name = 'ShortReadError';
  constructor(path: string, offset: number, wanted: number, got: number) {
    super(`Reading ${wanted} bytes of ${path} at ${offset} gave ${got}`);
  }
}

/**
 * Reads the first and last MiB and 64 random blocks: a drive without a known signature is blank only if they all are
 * one constant byte. The seed decides the blocks.
 */
export async function sampleDevice(
  host: Host,
  path: string,
  bytes: number,
  seed: string,
): Promise<SampleResult> {
  const edge = Math.min(MIB, bytes);
  const first = await read(host, path, 0, edge);
  const constant = first[0];
  if (constant === undefined) throw new ShortReadError(path, 0, edge, 0);
  if (!isConstant(first, constant))
    return { constant: null, ...(await intactMark(host, path, bytes, first)) };
  const rest = await Promise.all([
    read(host, path, Math.max(0, bytes - edge), edge),
    ...randomOffsets(bytes, `${seed}:${path}`).map((offset) =>
      read(host, path, offset, Math.min(BLOCK_BYTES, bytes)),
    ),
  ]);
  return { constant: rest.every((block) => isConstant(block, constant)) ? constant : null };
}

/** The mark of a reset, if nothing that is looked at has changed since. */
async function intactMark(
  host: Host,
  path: string,
  bytes: number,
  first: Uint8Array,
): Promise<{ mark?: string }> {
  const mark = parseMark(first);
  if (mark === undefined) return {};
  return (await digestOf(host, path, bytes, mark.uuid)) === mark.digest ? { mark: mark.uuid } : {};
}

/**
 * Digest of the places that are sampled, without the first block, where the mark lies. The seed decides the random
 * blocks.
 */
export async function digestOf(host: Host, path: string, bytes: number, seed: string): Promise<string> {
  const edge = Math.min(MIB, bytes);
  const ranges = [
    [MARK_BYTES, edge],
    [Math.max(MARK_BYTES, bytes - edge), bytes],
    ...randomOffsets(bytes, seed).map((offset) => [offset, Math.min(offset + BLOCK_BYTES, bytes)]),
  ] as [number, number][];
  const digest = createHash('sha256');
  for (const [start, end] of ranges.filter(([start, end]) => start >= MARK_BYTES && start < end)) {
    digest.update(await read(host, path, start, end - start));
  }
  return digest.digest('hex');
}

/** Offsets of whole blocks, spread evenly over the device by a hash of the seed. */
function randomOffsets(bytes: number, seed: string): number[] {
  const blocks = Math.max(1, Math.floor(bytes / BLOCK_BYTES));
  return Array.from({ length: RANDOM_BLOCKS }, (_, index) => {
    const digest = createHash('sha256').update(`${seed}:${index}`).digest();
    return (digest.readUIntBE(0, 6) % blocks) * BLOCK_BYTES;
  });
}

async function read(host: Host, path: string, offset: number, length: number): Promise<Uint8Array> {
  const block = await host.readBlocks(path, offset, length);
  if (block.length !== length) throw new ShortReadError(path, offset, length, block.length);
  return block;
}

/** Compared as a whole: a loop over two million bytes per drive would be seen on a slow machine. */
function isConstant(block: Uint8Array, byte: number): boolean {
  return Buffer.alloc(block.length, byte).equals(block);
}
