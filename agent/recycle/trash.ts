import { MOUNT_ROOT } from '../../api/keys.ts';
import { RefusedError } from '../apply/refused-error.ts';
import { isMounted } from '../apply/mounted.ts';
import type { Host } from '../host/host.ts';
import type { FilesystemVolume } from '../plan/planned.ts';

const PREFIX = '.trash-';

/** What was moved out of the way in a filesystem of ours and not removed yet: names at its root. */
export async function trashIn(
  host: Host,
  { mountPath }: Pick<FilesystemVolume, 'mountPath'>,
): Promise<string[]> {
  return (await host.readDirectory(mountPath)).filter((name) => name.startsWith(PREFIX));
}

/**
 * Moves the data directory out of the way under a name that nobody mounts, in one atomic step, unless that was done.
 * Never anywhere but in the mounted filesystem. Rejects with RefusedError.
 */
export async function moveToTrash(host: Host, volume: FilesystemVolume, id: string): Promise<void> {
  const { mountPath, path, identity } = volume;
  if (!mountPath.startsWith(`${MOUNT_ROOT}/`) || !(await isMounted(host, mountPath, identity))) {
    throw new RefusedError(mountPath, 'our filesystem is not mounted there');
  }
  if (!(await host.exists(path))) return;
  await host.rename(path, `${mountPath}/${freeName(await trashIn(host, volume), id)}`);
}

/** A cleaning that was cut off may have left the name behind. */
function freeName(taken: readonly string[], id: string): string {
  const names = [id, ...taken.map((_, index) => `${id}-${index + 2}`)].map((name) => `${PREFIX}${name}`);
  return names.find((name) => !taken.includes(name)) ?? `${PREFIX}${id}`;
}

/** Removes what was moved out of the way, also by an earlier cleaning. */
export async function emptyTrash(host: Host, volume: FilesystemVolume): Promise<void> {
  for (const name of await trashIn(host, volume)) await host.removeTree(`${volume.mountPath}/${name}`);
}
