import type { Host } from '../host/host.ts';
import { parseMountinfo } from '../inventory/mountinfo.ts';
import { contentOf } from './check-device.ts';
import { RefusedError } from './refused-error.ts';

/**
 * Whether the host sees the filesystem with this UUID at the mount point. Rejects with RefusedError when something else
 * is mounted there, and when the host's mounts cannot be read.
 */
export async function isMounted(host: Host, path: string, uuid: string): Promise<boolean> {
  const source = await sourceAt(host, path);
  if (source === undefined) return false;
  const content = await contentOf(host, source);
  if (content?.uuid === uuid) return true;
  throw new RefusedError(
    path,
    `${source} is mounted there with UUID ${content?.uuid ?? 'none'}, not ours (${uuid})`,
  );
}

/** Whether the host has anything mounted there. */
export async function hasMountAt(host: Host, path: string): Promise<boolean> {
  return (await sourceAt(host, path)) !== undefined;
}

async function sourceAt(host: Host, path: string): Promise<string | undefined> {
  const mounts = parseMountinfo(await host.hostMountinfo());
  if (!mounts) throw new RefusedError(path, 'the host’s mountinfo has a line that is not understood');
  return mounts.findLast(({ mountPoint }) => mountPoint === path)?.source;
}
