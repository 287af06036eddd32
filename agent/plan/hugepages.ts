import type { HugepagePool, HugepageSize, SpdkHugepages } from '../../api/snapshot.ts';
import { HUGEPAGE_DIRECTORIES } from '../inventory/hugepages.ts';
import type { Inventory } from '../inventory/inventory.ts';
import type { HugepagesStep } from './spdk-step.ts';

/** How many pages of ours each NUMA node shall have. */
export type PagesWanted = (pool: Pick<HugepagePool, 'numaNode' | 'size'>) => number;

/** The same on every NUMA node, of one size. */
export const onEveryNode =
  (wanted: { size: HugepageSize; perNUMANode: number }): PagesWanted =>
  ({ size }) =>
    size === wanted.size ? wanted.perNUMANode : 0;

/** As many as there were in the boot in which they were recorded. */
export const asRecorded =
  ({ spdk }: Pick<Inventory, 'spdk'>): PagesWanted =>
  ({ numaNode, size }) =>
    spdk.hugepages.find((row) => row.numaNode === numaNode && row.size === size)?.pages ?? 0;

/** Adds to or takes from each pool what is missing or too much of ours; the user's own pages stay as they are. */
export function planHugepages(
  { hugepages, spdk, bootID }: Pick<Inventory, 'hugepages' | 'spdk' | 'bootID'>,
  wanted: PagesWanted,
): HugepagesStep[] {
  return hugepages.flatMap((pool) => {
    const own = spdk.hugepages.find(
      (row) => row.numaNode === pool.numaNode && row.size === pool.size && row.bootID === bootID,
    );
    const pages = wanted(pool);
    const others = othersIn(pool, own);
    const total = others + pages;
    // A row that was begun is ended even where the kernel has all the pages.
    if (total === pool.total && own?.others === undefined) return [];
    return [stepFor(pool, pages, others)];
  });
}

/** Pages that are not ours: as noted before we began to add, else whatever is there beyond ours. */
function othersIn({ total }: HugepagePool, own: SpdkHugepages | undefined): number {
  return own?.others ?? Math.max(0, total - (own?.pages ?? 0));
}

function stepFor({ numaNode, size, total }: HugepagePool, pages: number, others: number): HugepagesStep {
  const name = `set hugepages of ${size} on NUMA node ${numaNode} from ${total} to ${others + pages}: ${pages} for SPDK`;
  return { kind: 'hugepages', name, numaNode, size, pages, others };
}

/** Bytes of all pages of a size once the steps are done. */
export function bytesAfter(
  { hugepages }: Pick<Inventory, 'hugepages'>,
  steps: readonly HugepagesStep[],
  size: HugepageSize,
): number {
  const pageBytes = HUGEPAGE_DIRECTORIES.find((known) => known.size === size)?.bytes ?? 0;
  const pages = hugepages
    .filter((pool) => pool.size === size)
    .map((pool) => {
      const step = steps.find((one) => one.numaNode === pool.numaNode && one.size === size);
      return step === undefined ? pool.total : step.others + step.pages;
    });
  return pages.reduce((sum, count) => sum + count, 0) * pageBytes;
}
