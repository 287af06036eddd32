import type { LsblkDevice, Snapshot } from '../../api/snapshot.ts';
import type { Mount } from './mountinfo.ts';
import type { MdstatArray } from './mdstat.ts';

/** Where device names turn up beside lsblk. */
export interface Namings {
  snapshot: Snapshot;
  mounts: readonly Mount[];
  swaps: readonly string[];
  mdstat: readonly MdstatArray[];
}

/**
 * Partitions that something names although lsblk does not list them, as rows below their disks: a drive whose
 * partition is mounted is in use, whether or not lsblk saw the partition.
 */
export function withHiddenPartitions(roots: readonly LsblkDevice[], namings: Namings): LsblkDevice[] {
  const known = new Set(roots.flatMap(everyName));
  const named = namesIn(namings).filter((name) => !known.has(name));
  return roots.map((root) => {
    const disk = root.kname ?? root.name;
    const hidden = named.filter((name) => isPartitionOf(disk, name));
    const rows = [...new Set(hidden)].map((name): LsblkDevice => ({ name, kname: name, type: 'part' }));
    return rows.length === 0 ? root : { ...root, children: [...(root.children ?? []), ...rows] };
  });
}

function everyName(row: LsblkDevice): string[] {
  return [row.name, row.kname ?? row.name, ...(row.children ?? []).flatMap(everyName)];
}

function namesIn({ snapshot, mounts, swaps, mdstat }: Namings): string[] {
  const { byId, blkid, holders, md, pvs, samples } = snapshot;
  const paths = [
    ...mounts.map(({ source }) => source),
    ...Object.values(byId ?? {}),
    ...[blkid, holders, md, samples].flatMap((map) => Object.keys(map ?? {})),
    ...(pvs ?? []).map(({ pv_name }) => pv_name ?? ''),
  ];
  const kernelNames = paths.map((path) => path.slice(path.lastIndexOf('/') + 1));
  return [...kernelNames, ...swaps, ...mdstat.flatMap(({ members }) => members)];
}

/** The kernel puts a `p` between a disk's name and the number when the name ends in a digit. */
function isPartitionOf(disk: string, name: string): boolean {
  const rest = name.startsWith(disk) ? name.slice(disk.length) : '';
  return (/\d$/.test(disk) ? /^p\d+$/ : /^\d+$/).test(rest);
}
