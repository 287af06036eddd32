import { readFile } from 'node:fs/promises';
import type { HostInit } from './host-init.ts';

/** The agent cannot see the host's own mount namespace, so it must not write. */
export class HostMountsUnknownError extends Error {
  override readonly name = 'HostMountsUnknownError';
}

/** Raw mountinfo of the host's process 1; rejects with HostMountsUnknownError when that is not to be found. */
export async function readHostMountinfo(init: HostInit): Promise<string> {
  if (!init.found) throw new HostMountsUnknownError(init.reason);
  return readFile(`${init.proc}/1/mountinfo`, 'utf8');
}
