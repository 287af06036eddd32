import type { HugepagePool, HugepageSize } from '../../api/snapshot.ts';
import type { Host } from '../host/host.ts';
import { HUGEPAGE_DIRECTORIES, NODES, poolPath } from '../inventory/hugepages.ts';
import { orAbsent } from './reads.ts';

/** Huge pages of each NUMA node, of the sizes that Kubernetes' nodes offer; empty where the kernel has none. */
export async function readHugepages(host: Host): Promise<HugepagePool[]> {
  const nodes = (await orAbsent(host.readDirectory(NODES), [])).filter((name) => /^node\d+$/.test(name));
  const pools = nodes
    .map((name) => Number(name.slice('node'.length)))
    .sort((a, b) => a - b)
    .flatMap((node) => HUGEPAGE_DIRECTORIES.map(({ size }) => readPool(host, node, size)));
  return (await Promise.all(pools)).filter((pool) => pool !== undefined);
}

async function readPool(host: Host, numaNode: number, size: HugepageSize): Promise<HugepagePool | undefined> {
  const path = poolPath(numaNode, size);
  const count = async (name: string) => Number(await orAbsent(host.readFile(`${path}/${name}`), 'NaN'));
  const [total, free] = await Promise.all([count('nr_hugepages'), count('free_hugepages')]);
  return Number.isNaN(total) || Number.isNaN(free) ? undefined : { numaNode, size, total, free };
}

/** Pages that are promised to mappings but not yet taken from any node; the kernel counts them for the whole machine. */
export async function readReserved(host: Host): Promise<Partial<Record<HugepageSize, number>>> {
  const entries = HUGEPAGE_DIRECTORIES.map(async ({ size, name }) => {
    const text = await orAbsent(host.readFile(`/sys/kernel/mm/hugepages/${name}/resv_hugepages`), '');
    return [size, text.trim() === '' ? undefined : Number(text)] as const;
  });
  return Object.fromEntries((await Promise.all(entries)).filter(([, count]) => count !== undefined));
}
