import { CommandError, type Host } from '../host/host.ts';
import { plainUuid } from '../plan/identity.ts';
import { RefusedError } from './refused-error.ts';

const TIMEOUT_MS = 60_000;

/** Whether an array is there under the path. Rejects with RefusedError when it is not the one with our UUID. */
export async function isOwnArray(host: Host, path: string, uuid: string): Promise<boolean> {
  if (!(await host.exists(path))) return false;
  const found = await arrayUuidAt(host, path);
  if (found === uuid) return true;
  throw new RefusedError(path, `expected our array ${uuid}, got ${found ?? 'an array without a known UUID'}`);
}

/** The UUID of the array under a path, as blkid writes it. Rejects with RefusedError when mdadm cannot tell. */
export async function arrayUuidAt(host: Pick<Host, 'run'>, path: string): Promise<string | undefined> {
  try {
    const { stdout } = await host.run(['mdadm', '--detail', '--export', path], { timeoutMs: TIMEOUT_MS });
    return plainUuid(/^MD_UUID=(.+)$/m.exec(stdout)?.[1]);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    throw new RefusedError(path, `mdadm cannot tell whose array it is: ${error.message}`, { cause: error });
  }
}
