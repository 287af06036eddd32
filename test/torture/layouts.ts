import type { Layout } from '../../api/layout.ts';
import type { PartialDeep, VolumePolicy } from '../../api/profile.ts';
import { array, filesystems, handedTo, raw, slices, swap, type Judge } from '../judges/layouts.ts';

/** A layout that is tried, and what it must have made. */
export interface TriedLayout {
  name: string;
  layout: PartialDeep<Layout> & { type: Layout['type'] };
  drives: readonly number[];
  /** Volumes that it makes of so many drives. */
  volumes: (drives: number) => number;
  cleans: readonly VolumePolicy['clean'][];
  judge: Judge;
}

const FILESYSTEM_CLEANS = ['Delete', 'Reformat', 'Discard', 'Zero'] as const;
const each = (drives: number): number => drives;
const exactly = (count: number) => (): number => count;

/** In the order in which rounds take them. */
export const TRIED_LAYOUTS: readonly TriedLayout[] = [
  {
    name: 'ext4 on each drive',
    layout: { type: 'Filesystem' },
    ...{ drives: [2, 4], volumes: each, cleans: FILESYSTEM_CLEANS, judge: filesystems('ext4') },
  },
  {
    name: 'RAID 0 with ext4',
    layout: { type: 'RAID' },
    ...{ drives: [2, 4], volumes: exactly(1), cleans: FILESYSTEM_CLEANS, judge: array(0, 'ext4') },
  },
  {
    name: 'LVM in three slices',
    layout: { type: 'LVM', lvm: { slices: 3 } },
    ...{ drives: [2, 4], volumes: exactly(3), cleans: FILESYSTEM_CLEANS, judge: slices(3) },
  },
  {
    name: 'raw drives',
    layout: { type: 'Block' },
    ...{ drives: [2, 4], volumes: each, cleans: ['Discard', 'Zero'], judge: raw },
  },
  {
    name: 'xfs on each drive',
    layout: { type: 'Filesystem', filesystem: { type: 'xfs' } },
    ...{ drives: [2, 4], volumes: each, cleans: FILESYSTEM_CLEANS, judge: filesystems('xfs') },
  },
  {
    name: 'RAID 10 with ext4',
    layout: { type: 'RAID', raid: { level: 10 } },
    ...{ drives: [4], volumes: exactly(1), cleans: FILESYSTEM_CLEANS, judge: array(10, 'ext4') },
  },
  {
    name: 'swap',
    layout: { type: 'Swap' },
    ...{ drives: [2, 4], volumes: exactly(0), cleans: ['Delete'], judge: swap },
  },
  {
    name: 'RAID 0 with xfs',
    layout: { type: 'RAID', filesystem: { type: 'xfs' } },
    ...{ drives: [2, 4], volumes: exactly(1), cleans: FILESYSTEM_CLEANS, judge: array(0, 'xfs') },
  },
  {
    name: 'drives for SPDK',
    layout: { type: 'SPDK', spdk: { driver: 'uio_pci_generic' } },
    ...{ drives: [2, 4], volumes: exactly(0), cleans: ['Delete'], judge: handedTo('uio_pci_generic') },
  },
];
