import type { Host } from '../host/host.ts';
import { parseMountinfo } from '../inventory/mountinfo.ts';
import type { FilesystemVolume } from '../plan/planned.ts';

/**
 * Who may still use a filesystem of ours, in words: any mount of it in the host but our own, anything that is mounted
 * inside it, and any part of it in a container, which a pod that was deleted by force leaves running. Rejects when the
 * mounts cannot be read.
 */
export async function filesystemUse(
  host: Host,
  { mountPath }: FilesystemVolume,
): Promise<string | undefined> {
  const mounts = parseMountinfo(await host.hostMountinfo());
  if (mounts === undefined) return 'the host’s mountinfo has a line that is not understood';
  const [own, ...more] = mounts.filter(({ mountPoint }) => mountPoint === mountPath);
  if (own === undefined) return `it is not mounted on ${mountPath}`;
  if (more.length > 0) return `something is mounted over ${mountPath}`;
  const other = mounts.find((mount) => mount !== own && mount.majMin === own.majMin);
  if (other !== undefined) return `it is still mounted on ${other.mountPoint} in the host`;
  const inside = mounts.find(({ mountPoint }) => mountPoint.startsWith(`${mountPath}/`));
  if (inside !== undefined) return `something is mounted inside it, on ${inside.mountPoint}`;
  // Every container that sees the host's root has a copy of our own mount, of the whole filesystem.
  const part = (await host.mountsElsewhere(own.majMin)).find(({ root }) => root !== '/');
  return part && `${part.holder} still has it mounted on ${part.mountPoint}`;
}
