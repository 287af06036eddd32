import { createHash } from 'node:crypto';
import type { SampleResult } from '../../api/snapshot.ts';
import type { Host, Place } from '../host/host.ts';
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
  const [first] = await read(host, path, [{ offset: 0, length: edge }]);
  const constant = first?.[0];
  if (first === undefined || constant === undefined) throw new ShortReadError(path, 0, edge, 0);
  if (!isConstant(first, constant))
    return { constant: null, ...(await intactMark(host, path, bytes, first)) };
  const rest = await read(host, path, [
    { offset: Math.max(0, bytes - edge), length: edge },
    ...randomOffsets(bytes, `${seed}:${path}`).map((offset) => ({
      offset,
      length: Math.min(BLOCK_BYTES, bytes),
    })),
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
  const places = ranges
    .filter(([start, end]) => start >= MARK_BYTES && start < end)
    .map(([start, end]) => ({ offset: start, length: end - start }));
  for (const block of await read(host, path, places)) digest.update(block);
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

async function read(host: Host, path: string, places: readonly Place[]): Promise<Uint8Array[]> {
  const blocks = await host.readBlocks(path, places);
  for (const [index, { offset, length }] of places.entries()) {
    const got = blocks[index]?.length ?? 0;
    if (got !== length) throw new ShortReadError(path, offset, length, got);
  }
  return blocks;
}

/** Compared as a whole: a loop over two million bytes per drive would be seen on a slow machine. */
function isConstant(block: Uint8Array, byte: number): boolean {
  return Buffer.alloc(block.length, byte).equals(block);
}
