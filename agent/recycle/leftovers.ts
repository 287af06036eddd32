import { RefusedError } from '../apply/refused-error.ts';
import type { Host } from '../host/host.ts';
import type { FilesystemVolume } from '../plan/planned.ts';
import { filesystemUse } from './filesystem-use.ts';
import { emptyTrash, trashIn } from './trash.ts';

const LOCK_TIMEOUT_MS = 30_000;

/**
 * Removes what a cleaning that was cut off has left in a filesystem whose PersistentVolume a person deleted meanwhile.
 * Rejects with RefusedError while somebody still uses any of it.
 */
export async function removeLeftovers(host: Host, volume: FilesystemVolume): Promise<void> {
  if ((await trashIn(host, volume)).length === 0) return;
  await host.withWriteLock(LOCK_TIMEOUT_MS, async () => {
    const use = await filesystemUse(host, volume);
    if (use !== undefined) throw new RefusedError(volume.mountPath, use);
    await emptyTrash(host, volume);
  });
}
