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
 * temperatures, mounts of pods, free space – because every difference is a write to etcd.
 */
export function trimmedSnapshot(snapshot: Snapshot): Snapshot {
  const { mountinfo, nvme, mdstat: _mdstat, errors: _errors, ...rest } = snapshot;
  return {
    ...rest,
    lsblk: { blockdevices: snapshot.lsblk.blockdevices.map(trimmedDevice) },
    ...(mountinfo === undefined ? {} : { mountinfo: diskMounts(mountinfo) }),
    ...(nvme === undefined ? {} : { nvme: withoutHealth(nvme) }),
  };
}

function trimmedDevice(device: LsblkDevice): LsblkDevice {
  const kept: Record<string, unknown> = {};
  for (const column of COLUMNS) if (device[column] != null) kept[column] = device[column];
  const children = device.children?.map(trimmedDevice);
  return { ...(kept as unknown as LsblkDevice), ...(children === undefined ? {} : { children }) };
}

/** Whole filesystems of block devices; a pod's bind mounts show a directory as their root. */
function diskMounts(mountinfo: string): string {
  const lines = mountinfo.split('\n').filter((line) => {
    const [, , , root] = line.split(' ');
    return root === '/' && / - \S+ \/dev\//.test(line) && !line.includes('/pods/');
  });
  return lines.map((line) => `${line}\n`).join('');
}

function withoutHealth(nvme: Record<string, NvmeIdentity>): Record<string, NvmeIdentity> {
  return Object.fromEntries(
    Object.entries(nvme).map(([path, { smart: _, ...identity }]) => [path, identity]),
  );
}
