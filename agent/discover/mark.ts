/** Size of the block that holds the mark; larger than any sector of the drives that we know. */
export const MARK_BYTES = 4096;

const MAGIC = 'kubectl-nvme.dev reset this drive\n';

/** What a reset leaves in the first block of a drive that still shows old bytes after a discard. */
export interface Mark {
  /** Whose: `clearedUuid` of the drive. */
  uuid: string;
  /** Digest of what was left on the drive; a drive that shows anything else was written to since. */
  digest: string;
}

/** The first block of a marked drive. */
export function formatMark({ uuid, digest }: Mark): string {
  return `${MAGIC}${JSON.stringify({ uuid, digest })}\n`.padEnd(MARK_BYTES, '\0');
}

/** The mark in a drive's first block; undefined when there is none, or a damaged one. */
export function parseMark(block: Uint8Array): Mark | undefined {
  const text = Buffer.from(block.subarray(0, MARK_BYTES)).toString('latin1');
  const [, json] = /^kubectl-nvme\.dev reset this drive\n(\{[^\n\0]*\})\n\0*$/.exec(text) ?? [];
  if (json === undefined) return undefined;
  try {
    const { uuid, digest } = JSON.parse(json) as Partial<Mark>;
    return typeof uuid === 'string' && typeof digest === 'string' ? { uuid, digest } : undefined;
  } catch {
    return undefined;
  }
}
