import type { Layout } from '../../api/layout.ts';
import type { PartialDeep } from '../../api/profile.ts';
import { array, filesystems, handedTo, raw, slices, swap, type Judge } from './layouts.ts';

/** A layout as a profile asks for it, and what it must have made. */
export interface JudgedLayout {
  name: string;
  layout: PartialDeep<Layout> & { type: Layout['type'] };
  judge: Judge;
}

const SPDK_DRIVER = 'uio_pci_generic';

/** All that machines are tried with. Not vfio-pci: they have no IOMMU, and Debian's cloud kernel has no vfio without one. */
export const JUDGED = {
  ext4: { name: 'ext4 on each drive', layout: { type: 'Filesystem' }, judge: filesystems('ext4') },
  xfs: {
    name: 'xfs on each drive',
    layout: { type: 'Filesystem', filesystem: { type: 'xfs' } },
    judge: filesystems('xfs'),
  },
  raid0: { name: 'RAID 0 with ext4', layout: { type: 'RAID' }, judge: array(0, 'ext4') },
  raid0xfs: {
    name: 'RAID 0 with xfs',
    layout: { type: 'RAID', filesystem: { type: 'xfs' } },
    judge: array(0, 'xfs'),
  },
  raid10: {
    name: 'RAID 10 with ext4',
    layout: { type: 'RAID', raid: { level: 10 } },
    judge: array(10, 'ext4'),
  },
  group: { name: 'LVM for a CSI driver', layout: { type: 'LVM', lvm: { slices: 0 } }, judge: slices(0) },
  slices: { name: 'LVM in three slices', layout: { type: 'LVM', lvm: { slices: 3 } }, judge: slices(3) },
  raw: { name: 'raw drives', layout: { type: 'Block' }, judge: raw },
  spdk: {
    name: 'drives for SPDK',
    layout: { type: 'SPDK', spdk: { driver: SPDK_DRIVER } },
    judge: handedTo(SPDK_DRIVER),
  },
  swap: { name: 'swap', layout: { type: 'Swap' }, judge: swap },
} as const satisfies Record<string, JudgedLayout>;
