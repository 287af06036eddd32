import { isPodMount } from '../inventory/use.ts';
import type { LsblkDevice, NvmeIdentity, Snapshot } from '../../api/snapshot.ts';

/** Columns of lsblk that decisions use; it prints some sixty more. */
const COLUMNS = [
  ...['name', 'kname', 'path', 'maj:min', 'type', 'size', 'model', 'serial', 'vendor', 'tran', 'rev', 'wwn'],
  ...[
    'fstype',
    'fsver',
    'label',
    'uuid',
    'pttype',
    'parttype',
    'ro',
    'rm',
    'log-sec',
    'phy-sec',
    'hctl',
    'pkname',
  ],
] as const;

/**
 * The snapshot as it goes into `status.inventory`: what the plugin's planner needs, and nothing that changes by itself –
 * temperatures, mounts of pods, free space, hugepages in use – because every difference is a write to etcd.
 */
export function trimmedSnapshot(snapshot: Snapshot): Snapshot {
  const { mountinfo, mdstat, nvme, swaps, hugepages, hugepagesReserved: _, ...rest } = snapshot;
  return {
    ...rest,
    lsblk: { blockdevices: snapshot.lsblk.blockdevices.map(trimmedDevice) },
    ...(mountinfo === undefined ? {} : { mountinfo: diskMounts(mountinfo) }),
    ...(swaps === undefined ? {} : { swaps: swapsWithoutUse(swaps) }),
    ...(mdstat === undefined ? {} : { mdstat: arraysOf(mdstat) }),
    ...(nvme === undefined ? {} : { nvme: withoutHealth(nvme) }),
    ...(hugepages === undefined ? {} : { hugepages: hugepages.map((pool) => ({ ...pool, free: 0 })) }),
  };
}

function trimmedDevice(device: LsblkDevice): LsblkDevice {
  const kept: Record<string, unknown> = {};
  for (const column of COLUMNS) if (device[column] != null) kept[column] = device[column];
  const children = device.children?.map(trimmedDevice);
  return { ...(kept as unknown as LsblkDevice), ...(children === undefined ? {} : { children }) };
}

/**
 * Mounts of block devices without those of pods, which come and go; of a device that only pods mount one line is left,
 * because it is in use.
 */
function diskMounts(mountinfo: string): string {
  const lines = mountinfo.split('\n').filter((line) => / - \S+ \/dev\//.test(line));
  const devices = Map.groupBy(lines, (line) => line.split(' ')[2] ?? '');
  const kept = [...devices.values()].flatMap((mounts) => {
    const lasting = mounts.filter((line) => !isPodMount(mountPoint(line)));
    const [first] = mounts.toSorted((a, b) => (mountPoint(a) < mountPoint(b) ? -1 : 1));
    return lasting.length > 0 || first === undefined ? lasting : [first];
  });
  return kept.map((line) => `${line}\n`).join('');
}

const mountPoint = (line: string): string => line.split(' ')[4] ?? '';

/** Which arrays run and over what; not how far a resync is. */
function arraysOf(mdstat: string): string {
  return mdstat
    .split('\n')
    .filter((line) => /^md\S+ :/.test(line))
    .map((line) => `${line}\n`)
    .join('');
}

/** The fourth column of /proc/swaps is what is swapped out at the moment. */
const swapsWithoutUse = (swaps: string): string => swaps.replaceAll(/^(\/\S*\s+\S+\s+\d+\s+)\d+/gm, '$10');

function withoutHealth(nvme: Record<string, NvmeIdentity>): Record<string, NvmeIdentity> {
  return Object.fromEntries(
    Object.entries(nvme).map(([path, { smart: _, ...identity }]) => [path, identity]),
  );
}
