import { probe } from '../discover/probe.ts';
import type { Host } from '../host/host.ts';
import { plainUuid } from '../plan/identity.ts';

/** What is on a device now. */
export interface ProbedContent {
  /** Signature type, such as `ext4`, or `partition table (gpt)`. */
  type: string;
  /** UUID as 8-4-4-4-12 where it is one, else as blkid tells it. */
  uuid?: string;
}

/** Content of a device, read from its blocks and from no cache; undefined for none. */
export async function probeContent(host: Host, device: string): Promise<ProbedContent | undefined> {
  const { TYPE, PTTYPE, UUID } = await probe(host, device);
  const type = TYPE ?? (PTTYPE === undefined ? undefined : `partition table (${PTTYPE})`);
  if (type === undefined) return undefined;
  const uuid = plainUuid(UUID) ?? UUID;
  return uuid === undefined ? { type } : { type, uuid };
}
