import type { DriveRole } from '../../../api/drive.ts';

/** What provider rules look at. Texts are trimmed; absent ones are empty. */
export interface DriveTraits {
  kname: string;
  model: string;
  vendor: string;
  serial: string;
  /** Names under /dev/disk/by-id. */
  links: readonly string[];
  /** Labels of filesystems on the drive and its partitions. */
  labels: readonly string[];
  nsid: number;
  /** Whether it is an NVMe namespace. */
  nvme: boolean;
  /** The controller's transport; empty when it was not read. */
  transport: string;
  /** An NVMe target on this very machine. */
  loopback: boolean;
  hctl: string;
}

export interface RoleDecision {
  role: DriveRole;
  /** In words for a person. */
  reason: string;
  /** A local drive that is only taken when the profile's `drives.include` names it. */
  onRequest?: true;
}

/** What a provider's rules say of a drive; undefined when they do not know it. */
export type ProviderRules = (drive: DriveTraits) => RoleDecision | undefined;

export const local = (what: string): RoleDecision => ({ role: 'Local', reason: `local: ${what}` });
export const remote = (what: string): RoleDecision => ({ role: 'Remote', reason: `remote: ${what}` });
