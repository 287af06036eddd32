import type { Plan } from '../../api/plan.ts';
import type { FilesystemType, Step, Stripe } from './step.ts';

/** A volume that is there once every step of the plan is done. */
export type PlannedVolume = FilesystemVolume | BlockVolume;

/** A directory in a filesystem of ours. */
export interface FilesystemVolume {
  mode: 'Filesystem';
  /** UUID of the filesystem: the same after every reboot. */
  identity: string;
  /** Block device of the filesystem, by-id where there is one. */
  device: string;
  fsType: FilesystemType;
  /** `/pv-disks/<uuid>`. */
  mountPath: string;
  /** The data directory inside, which the PersistentVolume points at. */
  path: string;
  /** Identities of the drives below. */
  drives: string[];
  /** Absent on plain drives. */
  stripe?: Stripe;
}

/** A whole drive, handed out raw. */
export interface BlockVolume {
  mode: 'Block';
  /** The drive's identity, by-id name and namespace ID: nothing of ours is on the drive. */
  identity: string;
  /** The by-id path, as in the PersistentVolume. */
  device: string;
  path: string;
  /** Kernel path, for people. */
  shown: string;
  /** Bytes. */
  size: number;
  /** The drive's identity, once more. */
  drives: string[];
  /** A PersistentVolume of ours names it; without one it is offered only after one more look at its blocks. */
  published: boolean;
  /** A number of the drive is no other drive's: only then can it be told from one under the same name elsewhere. */
  unique: boolean;
}

/** A plan as shown, and what the executor and the publisher need beside it. */
export interface Planned {
  plan: Plan;
  steps: Step[];
  volumes: PlannedVolume[];
  /** The platform owns the drives, in words; then there are no steps and the taint may go. */
  standDown?: string;
  /** What is on the drives is ours but not the wanted layout, in words. */
  drift?: string;
  /** Something of ours is incomplete, in words; the rest goes on. */
  degraded?: string;
  /** Something outside the drives forbids the layout for now, in words. */
  blocked?: string;
  /** More will be seen once the steps are done, such as what is on an array: plan again. */
  again?: true;
  /** Begun UUIDs that nothing on the drives needs any more: to be taken off the record, see discover/begun.ts. */
  stale: string[];
}
