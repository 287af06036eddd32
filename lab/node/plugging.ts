import type { LabContext } from '../context.ts';
import { LabError } from '../errors.ts';
import { waitFor } from '../wait.ts';
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

/**
 * Takes a drive away from the running machine: QEMU's by a hot-unplug, an imitated one by its target. Back when it is gone
 * and can be plugged in again.
 */
export async function unplugDrive(
  ctx: Pick<LabContext, 'signal'>,
  machineDir: string,
  machine: Machine,
  id: string,
): Promise<void> {
  const drive = driveOf(machine, id);
  if (drive.imitation === undefined) {
    await qmp(machineDir, 'device_del', { id: driveDevice(drive).id });
    await untilReleased(ctx, machineDir, machine, id);
  } else await setEnabled(machine, drive, false);
}

/** A guest lets go of a device within a second or two; one that is busy or whose root port's driver waits takes longer. */
const RELEASE_TIMEOUT_MS = 60_000;

/**
 * `device_del` only asks, the guest has to agree, and a little later than it sees the drive vanish QEMU frees the device:
 * until then the drive's file is "already in use" for the next `device_add`.
 */
async function untilReleased(
  { signal }: Pick<LabContext, 'signal'>,
  machineDir: string,
  machine: Machine,
  id: string,
): Promise<void> {
  const options = { timeoutMs: RELEASE_TIMEOUT_MS, intervalMs: 100, signal };
  await waitFor(`QEMU to let go of drive ${id} of node ${machine.name}`, options, async () => {
    const blocks = (await qmp(machineDir, 'query-block')) as readonly BlockInfo[];
    return blocks.some(({ device, qdev }) => device === id && qdev !== undefined) ? undefined : true;
  });
}

/** What `query-block` says of a drive; `qdev` is the device that uses it. */
interface BlockInfo {
  device: string;
  qdev?: string;
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
