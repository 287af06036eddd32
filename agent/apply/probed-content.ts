import { CommandError, type Host } from '../host/host.ts';
import { plainUuid } from '../plan/identity.ts';

/** What `blkid -p` sees on a device now. */
export interface ProbedContent {
  /** Signature type, such as `ext4`, or `partition table (gpt)`. */
  type: string;
  /** UUID as 8-4-4-4-12, when the signature has one. */
  uuid?: string;
}

/** Exit code of blkid(8) for "nothing found". */
const NOTHING = 2;

const TIMEOUT_MS = 60_000;

/** Content of a device, read from its blocks and from no cache; undefined for none. Rejects when blkid is ambivalent. */
export async function probeContent(host: Host, device: string): Promise<ProbedContent | undefined> {
  try {
    const { stdout } = await host.run(['blkid', '-p', '-o', 'export', device], { timeoutMs: TIMEOUT_MS });
    return parseContent(stdout);
  } catch (error) {
    if (error instanceof CommandError && error.exitCode === NOTHING) return undefined;
    throw error;
  }
}

function parseContent(text: string): ProbedContent | undefined {
  const values = new Map(text.split('\n').map((line) => pair(line)));
  const table = values.get('PTTYPE');
  const type = values.get('TYPE') ?? (table === undefined ? undefined : `partition table (${table})`);
  if (type === undefined) return undefined;
  const raw = values.get('UUID');
  const uuid = plainUuid(raw) ?? raw;
  return uuid === undefined ? { type } : { type, uuid };
}

function pair(line: string): [string, string] {
  const at = line.indexOf('=');
  return at < 0 ? [line, ''] : [line.slice(0, at), line.slice(at + 1)];
}
