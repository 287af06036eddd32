import { InvalidArgumentError, Option, type Command } from 'commander';
import { layoutWithDefaults } from '../../api/defaults.ts';
import type { Layout } from '../../api/layout.ts';

/** Flags of `nvme-agent spdk` beside those of every layout. */
export interface SpdkFlags {
  driver?: 'auto' | 'vfio-pci' | 'uio_pci_generic';
  hugepageSize?: '2Mi' | '1Gi';
  hugepagesPerNumaNode?: number;
  pciAllowed?: string[];
}

/** `PCI_ALLOWED` is also what SPDK's own scripts call the list. */
export function addSpdkFlags(command: Command): void {
  command
    .addOption(
      new Option('--driver <name>', 'user-space driver; auto: vfio-pci with an IOMMU, else uio_pci_generic')
        .env('SPDK_DRIVER')
        .choices(['auto', 'vfio-pci', 'uio_pci_generic'])
        .default('auto'),
    )
    .addOption(
      new Option('--hugepage-size <size>', 'of the pages to add')
        .env('HUGEPAGE_SIZE')
        .choices(['2Mi', '1Gi'])
        .default('2Mi'),
    )
    .addOption(
      new Option('--hugepages-per-numa-node <n>', 'pages that every NUMA node gets on top of its own')
        .env('HUGEPAGES_PER_NUMA_NODE')
        .default(0)
        .argParser(wholeNumber),
    )
    .addOption(
      new Option('--pci-allowed <addresses>', 'only controllers at these PCI addresses, such as 0000:00:1e.0')
        .env('PCI_ALLOWED')
        .conflicts('includeDrives')
        .argParser(addresses),
    );
}

export function spdkLayout({
  driver = 'auto',
  hugepageSize = '2Mi',
  hugepagesPerNumaNode = 0,
}: SpdkFlags): Layout {
  const hugepages = { size: hugepageSize, perNUMANode: hugepagesPerNumaNode };
  return layoutWithDefaults({ type: 'SPDK', spdk: { driver, hugepages } });
}

function wholeNumber(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError(`Expected a whole number, got \`${text}\`.`);
}

function addresses(text: string): string[] {
  const list = text.split(/[\s,]+/).filter((word) => word !== '');
  const wrong = list.find((word) => !/^[\da-f]{4,}:[\da-f]{2}:[\da-f]{2}\.[0-7]$/.test(word));
  if (wrong === undefined && list.length > 0) return list;
  throw new InvalidArgumentError(`Expected PCI addresses such as 0000:00:1e.0, got \`${wrong ?? text}\`.`);
}
