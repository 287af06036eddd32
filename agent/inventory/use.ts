import { column, withAncestors, withDescendants, type BlockDevice } from './device-table.ts';
import { aliasesOf, type Facts } from './facts.ts';
import type { SwapEntry } from './swaps.ts';

/** Where a device itself is mounted; `host` is false for mounts that only lsblk saw, perhaps in a container. */
export interface MountPoint {
  path: string;
  host: boolean;
}

/** Mounts that make a disk the root disk: what the machine itself runs from. */
const ROOT_MOUNTS = new Set(['/', '/usr', '/boot', '/boot/efi', '/efi', '/sysroot', '/.bottlerocket/rootfs']);

/** Mount points of one device, without what lies on it. */
export function mountPointsOf(facts: Facts, device: BlockDevice): MountPoint[] {
  const numbers = new Set(device.rows.map((row) => row['maj:min']).filter((text) => text !== undefined));
  const aliases = aliasesOf(facts, device);
  const host = (facts.mounts ?? [])
    .filter(({ majMin, source }) => numbers.has(majMin) || aliases.has(source))
    .map(({ mountPoint }) => mountPoint);
  const seen = new Set(host);
  const others = device.rows
    .flatMap(({ mountpoint, mountpoints }) => [mountpoint, ...(mountpoints ?? [])])
    .filter((path) => typeof path === 'string' && path !== '' && path !== '[SWAP]' && !seen.has(path))
    .map((path) => ({ path: path ?? '', host: false }));
  return [...[...seen].map((path) => ({ path, host: true })), ...others];
}

/** Paths of the mounts on the host; where no mountinfo was read, lsblk's word has to do. */
export function hostMountPaths(facts: Facts, device: BlockDevice): string[] {
  return mountPointsOf(facts, device)
    .filter(({ host }) => host || facts.mounts === undefined)
    .map(({ path }) => path);
}

/** Whether the kernel swaps on the device now. */
export function isSwap(facts: Facts, device: BlockDevice): boolean {
  const shown = device.rows.some(
    ({ mountpoint, mountpoints }) => mountpoint === '[SWAP]' || mountpoints?.includes('[SWAP]'),
  );
  return shown || swapEntry(facts, device) !== undefined;
}

/** The kernel's own word of the swap on a device. */
export function swapEntry(facts: Facts, device: BlockDevice): SwapEntry | undefined {
  const aliases = aliasesOf(facts, device);
  return facts.swaps?.find(({ name }) => aliases.has(`/dev/${name}`));
}

/** Kernel names of devices that are the root disk, of all that lies below it, and of all that shares that. */
export function rootDevices(facts: Facts): Set<string> {
  const mounted = [...facts.devices.values()].filter((device) =>
    mountPointsOf(facts, device).some(({ path }) => ROOT_MOUNTS.has(path)),
  );
  return new Set(mounted.flatMap((device) => withAncestors(facts.devices, device)).map(({ kname }) => kname));
}

/** Why a device is in use right now, in words; undefined when nothing says so. */
export function useOf(facts: Facts, device: BlockDevice): string | undefined {
  const stack = withDescendants(facts.devices, device);
  const mounts = stack.flatMap((part) => mountPointsOf(facts, part));
  const [mount] = [...mounts].sort((a, b) => rank(a) - rank(b) || (a.path < b.path ? -1 : 1));
  if (mount) return `mounted on ${mount.path}${mount.host ? ' in the host' : ''}`;
  if (stack.some((part) => isSwap(facts, part))) return 'swap';
  return heldBy(facts, device, stack);
}

/** The mount that tells a person most comes first: the host's own, and one that stays when pods go. */
const rank = ({ host, path }: MountPoint): number => Number(!host) * 2 + Number(isPodMount(path));

/** Whether the kubelet made a mount for a pod, under whichever root it has. */
export const isPodMount = (path: string): boolean => path.includes('/pods/');

function heldBy(facts: Facts, device: BlockDevice, stack: readonly BlockDevice[]): string | undefined {
  const partitions = new Set(stack.filter(({ type }) => type === 'part').map(({ kname }) => kname));
  const below = [device.kname, ...partitions];
  const holders = below.flatMap((kname) => [
    ...holdersOf(facts, kname),
    ...(facts.devices.get(kname)?.children ?? []),
    ...facts.mdstat.filter(({ members }) => members.includes(kname)).map(({ name }) => name),
  ]);
  const [holder] = holders.filter((name) => !partitions.has(name)).sort();
  return holder === undefined ? undefined : `held by ${holder}`;
}

/** Holders are keyed by path in our snapshots; a kernel name is understood as well. */
export function holdersOf(facts: Facts, kname: string): string[] {
  const { holders } = facts.snapshot;
  return holders?.[`/dev/${kname}`] ?? holders?.[kname] ?? [];
}

/** What a partition table or a partition says, in words. */
export function partitioning(facts: Facts, device: BlockDevice): string | undefined {
  const hasParts = withDescendants(facts.devices, device).some(({ type }) => type === 'part');
  return hasParts || column(device, 'pttype') !== undefined ? 'partitioned' : undefined;
}
