import type { HugepageSize } from '../../api/snapshot.ts';

/** NUMA nodes in sysfs (Documentation/admin-guide/mm/hugetlbpage.rst). */
export const NODES = '/sys/devices/system/node';

/** The sizes that x86 and most arm64 kernels have, as Kubernetes and as sysfs name them. */
export const HUGEPAGE_DIRECTORIES: readonly { size: HugepageSize; name: string; bytes: number }[] = [
  { size: '2Mi', name: 'hugepages-2048kB', bytes: 2 * 2 ** 20 },
  { size: '1Gi', name: 'hugepages-1048576kB', bytes: 2 ** 30 },
];

/** Folder of the pages of one size on one NUMA node. */
export function poolPath(numaNode: number, size: HugepageSize): string {
  const name = HUGEPAGE_DIRECTORIES.find((known) => known.size === size)?.name ?? '';
  return `${NODES}/node${numaNode}/hugepages/${name}`;
}
