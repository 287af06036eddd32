import { LabError } from '../errors.ts';
import type { LabDrive } from './drives.ts';
import { guestExec } from './guest-exec.ts';
import type { Machine } from './machine.ts';
import { driveDevice } from './qemu.ts';
import { qmp } from './qmp.ts';

/** The drive of that ID, such as `d0`. */
export function driveOf(machine: Machine, id: string): LabDrive {
  const drive = machine.drives.find((each) => each.id === id);
  if (drive !== undefined) return drive;
  const known = machine.drives.map((each) => each.id).join(', ');
  throw new LabError(
    'NotFound',
    `node ${machine.name} has no drive "${id}"; it has ${known === '' ? 'none' : known}`,
  );
}

/** Takes a drive away from the running machine: QEMU's by a hot-unplug, an imitated one by its target. */
export async function unplugDrive(machineDir: string, machine: Machine, id: string): Promise<void> {
  const drive = driveOf(machine, id);
  if (drive.imitation === undefined) await qmp(machineDir, 'device_del', { id: driveDevice(drive).id });
  else await setEnabled(machine, drive, false);
}

/** Gives it back. */
export async function plugDrive(machineDir: string, machine: Machine, id: string): Promise<void> {
  const drive = driveOf(machine, id);
  if (drive.imitation === undefined) await qmp(machineDir, 'device_add', driveDevice(drive));
  else await setEnabled(machine, drive, true);
}

async function setEnabled(machine: Machine, drive: LabDrive, enabled: boolean): Promise<void> {
  const path = `/sys/kernel/config/nvmet/subsystems/${drive.imitation?.nqn ?? ''}/namespaces/${drive.nsid}/enable`;
  const { exitCode, stderr } = await guestExec(machine, [
    'sh',
    '-c',
    'echo "$0" >"$1"',
    enabled ? '1' : '0',
    path,
  ]);
  if (exitCode !== 0)
    throw new LabError('Exited', `node ${machine.name}: writing ${path} failed: ${stderr.trim()}`);
}
