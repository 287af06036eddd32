import { parseMark } from '../../../agent/discover/mark.ts';
import type { Place } from '../../../agent/host/host.ts';
import type { Snapshot } from '../../../api/snapshot.ts';

/** What is read from drives: a blank one reads as zeros, any other as counting bytes, but for the mark of a reset. */
export class MarkedBlocks {
  /** First blocks, by kernel path. */
  readonly #marks = new Map<string, string>();

  blockAt({ samples }: Snapshot, device: string, { offset, length }: Place): Uint8Array {
    if (samples?.[device]?.constant !== null) return new Uint8Array(length);
    const bytes = Uint8Array.from({ length }, (_, index) => (offset + index) % 251);
    if (offset === 0) bytes.set(Buffer.from(this.#marks.get(device) ?? ''));
    return bytes;
  }

  /** The snapshot once the mark is written. */
  written(snapshot: Snapshot, device: string, block: string): Snapshot {
    this.#marks.set(device, block);
    const mark = parseMark(Buffer.from(block))?.uuid;
    if (mark === undefined) throw new Error(`Expected a mark to be written, got ${block}`);
    return { ...snapshot, samples: { ...snapshot.samples, [device]: { constant: null, mark } } };
  }
}
