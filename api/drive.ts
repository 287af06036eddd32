import type { DriveHealth } from './snapshot.ts';

/** Whose a block device is: only a Local one can ever be set up. */
export type DriveRole = 'Local' | 'Remote' | 'Root' | 'Other';

/**
 * What is on a drive: Free is raw and proven so; InUse is mounted, held or swapped on; Foreign carries someone
 * else's signature; Ours carries a UUID that we derived; Bound is Ours with a claim on it; Failed does not answer;
 * Unknown could not be read completely, and is treated as if it held data.
 */
export const DRIVE_STATES = ['Free', 'InUse', 'Foreign', 'Ours', 'Bound', 'Failed', 'Unknown'] as const;
export type DriveState = (typeof DRIVE_STATES)[number];

/** What the drive says of its own health, without what changes all the time: every change is a write to etcd. */
export type ReportedHealth = Omit<DriveHealth, 'temperature'>;

/** One block device as reported in `status.drives`. */
export interface Drive {
  /** Kernel path (`/dev/nvme1n1`), valid for this boot only. */
  path: string;
  /** Stable path under /dev/disk/by-id, when udev made one. */
  byId?: string;
  model?: string;
  serial?: string;
  /** Bytes. */
  size: number;
  /** Logical sector size in bytes. */
  sectorSize?: number;
  numaNode?: number;
  pciAddress?: string;
  firmware?: string;
  role: DriveRole;
  state: DriveState;
  /** SMART; absent when the drive or the agent's nvme-cli gives none. */
  health?: ReportedHealth;
  /** Why the drive is not used, in words for a person; absent on Free drives. */
  reason?: string;
}
