import type { FilesystemLayout } from '../../api/layout.ts';
import type { SpdkStep } from './spdk-step.ts';
import type { SwapStep } from './swap-step.ts';

/**
 * What set-up does, as data; `commandOf` (command.ts) gives the exact argument array. `device` and `devices` are what
 * the step touches, by-id paths where udev made one; those of writing steps are opened exclusively right before.
 * `name` is for people and names kernel paths. Every step can be run again: a killed one is completed or redone under
 * its UUID. Neighbours of the same kind are independent of each other and may run at the same time.
 */
export type Step =
  | MkfsStep
  | MdCreateStep
  | MdAssembleStep
  | MdStopStep
  | WipeSignaturesStep
  | MakeRawStep
  | UnmountStep
  | LvRemoveStep
  | VgRemoveStep
  | PvCreateStep
  | VgCreateStep
  | VgActivateStep
  | LvCreateStep
  | MountStep
  | MakeDataDirectoryStep
  | SpdkStep
  | SwapStep;

export type FilesystemType = FilesystemLayout['type'];

/** Chunk and data members of the array or stripe below, for ext4's stride and xfs' su/sw. */
export interface Stripe {
  chunkBytes: number;
  dataMembers: number;
}

export interface MkfsStep {
  kind: 'mkfs';
  name: string;
  device: string;
  fsType: FilesystemType;
  /** UUIDv5, see identity.ts; the only proof later that the filesystem is ours. */
  uuid: string;
  /** UUIDs of half-made things of ours that it may overwrite, beside its own. */
  replaces: string[];
  /** Absent on plain drives. */
  stripe?: Stripe;
}

export interface MdCreateStep {
  kind: 'md-create';
  name: string;
  /** Array name as under /dev/md/; unique, because it ends in the UUID's first digits. */
  arrayName: string;
  uuid: string;
  level: 0 | 10;
  chunkBytes: number;
  devices: string[];
  /** UUIDs of half-made things of ours that it may overwrite, beside its own. */
  replaces: string[];
}

export interface MdAssembleStep {
  kind: 'md-assemble';
  name: string;
  arrayName: string;
  uuid: string;
  devices: string[];
}

/** Lets go of an array of ours that was never completed, so that it can be made anew. */
export interface MdStopStep {
  kind: 'md-stop';
  name: string;
  device: string;
  uuid: string;
}

/** Removes every signature from a drive whose content a person gave up. */
export interface WipeSignaturesStep {
  kind: 'wipe-signatures';
  name: string;
  device: string;
  /** What blkid must still find on the device right before the wipe, all of it (`contentPairs`). */
  carries: Record<string, string>;
  /** UUIDs that are half-made from here on: what is left on the drive, and on the others of its array, may go, too. */
  begins: string[];
}

/**
 * Leaves a drive without signature as it was when it was new: discarded; and marked as ours to overwrite where the drive
 * still shows old bytes after that.
 */
export interface MakeRawStep {
  kind: 'make-raw';
  name: string;
  device: string;
  /** UUID of the mark, see identity.ts `clearedUuid`. */
  uuid: string;
  /** Size of the drive in bytes. */
  bytes: number;
}

/** Lets go of a filesystem of ours; a pod or a process that still uses it makes it fail. */
export interface UnmountStep {
  kind: 'unmount';
  name: string;
  device: string;
  uuid: string;
  /** Our mount point on the host. */
  path: string;
}

export interface LvRemoveStep {
  kind: 'lv-remove';
  name: string;
  vgName: string;
  lvName: string;
  /** LVM tag that the volume must carry. */
  tag: string;
}

/** Fails while the group still holds a logical volume. */
export interface VgRemoveStep {
  kind: 'vg-remove';
  name: string;
  vgName: string;
  /** LVM tag that the group must carry. */
  tag: string;
  devices: string[];
}

export interface PvCreateStep {
  kind: 'pv-create';
  name: string;
  /** One device: pvcreate takes a UUID for one only. */
  device: string;
  uuid: string;
  /** UUIDs of half-made things of ours that it may overwrite, beside its own. */
  replaces: string[];
}

export interface VgCreateStep {
  kind: 'vg-create';
  name: string;
  vgName: string;
  /** LVM tag that holds our UUID. */
  tag: string;
  devices: string[];
}

export interface VgActivateStep {
  kind: 'vg-activate';
  name: string;
  vgName: string;
  devices: string[];
}

export interface LvCreateStep {
  kind: 'lv-create';
  name: string;
  vgName: string;
  lvName: string;
  tag: string;
  /** Physical extents, over all stripes. */
  extents: number;
  stripes: number;
}

export interface MountStep {
  kind: 'mount';
  name: string;
  device: string;
  fsType: FilesystemType;
  uuid: string;
  /** Mount point on the host; made by the executor when it is missing. */
  path: string;
  options: string[];
}

/** Makes the data directory inside a mounted filesystem, and only there: never on the disk below a mount point. */
export interface MakeDataDirectoryStep {
  kind: 'make-data-directory';
  name: string;
  mountPath: string;
  uuid: string;
}
