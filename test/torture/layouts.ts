import type { VolumePolicy } from '../../api/profile.ts';
import { JUDGED, type JudgedLayout } from '../judges/judged-layouts.ts';

/** A layout that is tried, and what its volumes are like. */
export interface TriedLayout extends JudgedLayout {
  drives: readonly number[];
  /** Volumes that it makes of so many drives. */
  volumes: (drives: number) => number;
  cleans: readonly VolumePolicy['clean'][];
}

const FILESYSTEM_CLEANS = ['Delete', 'Reformat', 'Discard', 'Zero'] as const;
const each = (drives: number): number => drives;
const exactly = (count: number) => (): number => count;

/** In the order in which rounds take them. */
export const TRIED_LAYOUTS: readonly TriedLayout[] = [
  { ...JUDGED.ext4, drives: [2, 4], volumes: each, cleans: FILESYSTEM_CLEANS },
  { ...JUDGED.raid0, drives: [2, 4], volumes: exactly(1), cleans: FILESYSTEM_CLEANS },
  { ...JUDGED.slices, drives: [2, 4], volumes: exactly(3), cleans: FILESYSTEM_CLEANS },
  { ...JUDGED.raw, drives: [2, 4], volumes: each, cleans: ['Discard', 'Zero'] },
  { ...JUDGED.xfs, drives: [2, 4], volumes: each, cleans: FILESYSTEM_CLEANS },
  { ...JUDGED.raid10, drives: [4], volumes: exactly(1), cleans: FILESYSTEM_CLEANS },
  { ...JUDGED.swap, drives: [2, 4], volumes: exactly(0), cleans: ['Delete'] },
  { ...JUDGED.raid0xfs, drives: [2, 4], volumes: exactly(1), cleans: FILESYSTEM_CLEANS },
  { ...JUDGED.spdk, drives: [2, 4], volumes: exactly(0), cleans: ['Delete'] },
];
