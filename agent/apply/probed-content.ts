import { probe } from '../discover/probe.ts';
import type { Host } from '../host/host.ts';
import { contentPairs } from '../inventory/signature.ts';
import { plainUuid } from '../plan/identity.ts';

/** What is on a device now. */
export interface ProbedContent {
  /** Signature type, such as `ext4`, or `partition table (gpt)`. */
  type: string;
  /** UUID as 8-4-4-4-12 where it is one, else as blkid tells it. */
  uuid?: string;
  /** All that blkid found, as `contentPairs` tells it. */
  pairs: Record<string, string>;
}

/** Content of a device, read from its blocks and from no cache; undefined for none. */
export async function probeContent(host: Host, device: string): Promise<ProbedContent | undefined> {
  const found = await probe(host, device);
  const { TYPE, PTTYPE, UUID } = found;
  const pairs = Object.fromEntries(contentPairs(found));
  if (Object.keys(pairs).length === 0) return undefined;
  const type = TYPE ?? (PTTYPE === undefined ? 'something unknown' : `partition table (${PTTYPE})`);
  const uuid = plainUuid(UUID) ?? UUID;
  return uuid === undefined ? { type, pairs } : { type, uuid, pairs };
}
