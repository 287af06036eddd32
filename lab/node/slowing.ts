import { LabError } from '../errors.ts';
import { driveOf } from './plugging.ts';
import type { Machine } from './machine.ts';
import { driveDevice } from './qemu.ts';
import { qmp } from './qmp.ts';

/** Nothing but writes is held up: the agent's look at a drive takes the time that it always takes. */
const UNLIMITED = { bps: 0, bps_rd: 0, bps_wr: 0, iops: 0, iops_rd: 0 };

/** Lets a drive do so many writes a second, so that a program is still writing when it is killed; 0 for any number. */
export async function slowDrive(
  machineDir: string,
  machine: Machine,
  id: string,
  writesPerSecond: number,
): Promise<void> {
  const drive = driveOf(machine, id);
  if (drive.imitation !== undefined) {
    throw new LabError(
      'Invalid',
      `drive "${id}" is imitated in the guest: only drives of QEMU's can be slowed`,
    );
  }
  const limits = { ...UNLIMITED, iops_wr: writesPerSecond };
  await qmp(machineDir, 'block_set_io_throttle', { id: driveDevice(drive).id, ...limits });
}
