import type { SpdkRecord } from '../../api/snapshot.ts';
import { readSpdkRecord } from '../inventory/handed.ts';

/**
 * Host file with what the agent has handed to SPDK: controllers that it took from the kernel's NVMe driver, and hugepages
 * that it added to the user's own. A controller is on record as `begun` from before it is unbound, and as `bound` once
 * the user-space driver has it. It is the only proof, while the kernel sees no drive behind a controller and after
 * a reboot, that what is on the drive is SPDK's.
 */
export const SPDK_PATH = '/var/lib/kubectl-nvme/spdk.json';

export const formatSpdkRecord = (record: SpdkRecord): string => `${JSON.stringify(record)}\n`;

/** Throws SyntaxError or SnapshotError when the file is damaged. */
export const parseSpdkRecord = (text: string): SpdkRecord => readSpdkRecord('spdk', JSON.parse(text));
