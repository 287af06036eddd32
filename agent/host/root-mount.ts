/**
 * Where Bottlerocket shows a bootstrap container the host's root; see "Bootstrap containers" in Bottlerocket's
 * documentation. Such a container can be given no mounts of its own.
 */
const BOTTLEROCKET = '/.bottlerocket/rootfs';

/** Where the host's root is mounted for us: by our DaemonSet, by Bottlerocket, or `/` on the host itself. */
export function rootMountOf(exists: (path: string) => boolean): string {
  // The folder alone may be the host's own, or an empty one of the image: only a root has a process 1 in it.
  return ['/host', BOTTLEROCKET].find((mount) => exists(`${mount}/proc/1`)) ?? '/';
}

/** What stat(2) says of the file system that a path is on. */
type DeviceOf = (path: string) => Promise<number | undefined>;

/**
 * The commands that give a container the host's devices and udev's database where programs look for them. None but
 * in a bootstrap container, which sees them below the host's root only; none when that was done already.
 */
export async function deviceMounts(rootMount: string, deviceOf: DeviceOf): Promise<string[][]> {
  if (rootMount !== BOTTLEROCKET) return [];
  const commands: string[][] = [];
  for (const path of ['/dev', '/run/udev']) {
    const [ours, host] = await Promise.all([deviceOf(path), deviceOf(`${rootMount}${path}`)]);
    if (host === undefined || ours === host) continue;
    if (ours === undefined) commands.push(['mkdir', '-p', path]);
    // What is mounted below /dev later on is the container's affair and must not reach the host.
    commands.push(['mount', '--rbind', '--make-rslave', `${rootMount}${path}`, path]);
  }
  return commands;
}
