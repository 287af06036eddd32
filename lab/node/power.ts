import { link, mkdir, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { NodeDisk } from '../assets/node-disk.ts';
import { run } from '../assets/run.ts';
import { writeTar } from '../assets/tar.ts';
import type { LabContext } from '../context.ts';
import { LabError } from '../errors.ts';
import { isRunning } from '../process/identity.ts';
import { endProcesses, runningProcess, spawnTracked, type TrackedProcess } from '../process/tracked.ts';
import { accelerator } from './accelerator.ts';
import { guestConfig, type ClusterFacts } from './guest-config.ts';
import { nodeDir, type Machine } from './machine.ts';
import { BACKING_FILE, driveFile, qemuArguments } from './qemu.ts';

/** The name of a machine's QEMU among the lab's processes. */
export function machineProcess(name: string): string {
  return `node-${name}`;
}

/** Makes the root disk and drive files of a machine that has never run, and the configuration that its guest unpacks. */
export async function assemble(
  ctx: LabContext,
  labDir: string,
  machine: Machine,
  disk: NodeDisk,
  cluster: ClusterFacts,
): Promise<void> {
  const dir = nodeDir(labDir, machine.name);
  await mkdir(dir, { recursive: true });
  const base = await ownBase(dir, disk.path);
  await run(ctx, 'qemu-img', [
    'create',
    '-q',
    '-f',
    'qcow2',
    '-b',
    base,
    '-F',
    'raw',
    join(dir, 'root.qcow2'),
  ]);
  await makeDriveFiles(ctx, dir, machine);
  await configure(labDir, machine, cluster);
}

/** A hard link, so that the pruning of old base disks leaves this machine its own. */
async function ownBase(dir: string, path: string): Promise<string> {
  const own = join(dir, 'base.raw');
  try {
    await link(path, own);
    return own;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EXDEV') return path;
    throw error;
  }
}

/** Writes the archive that QEMU hands to the guest at its next power-on. */
export async function configure(labDir: string, machine: Machine, cluster: ClusterFacts): Promise<void> {
  const path = join(nodeDir(labDir, machine.name), 'config.tar');
  await rm(path, { force: true });
  await writeTar(path, await guestConfig(machine, cluster, new Date()));
}

async function makeDriveFiles(ctx: LabContext, dir: string, machine: Machine): Promise<void> {
  if (!machine.drives.some(({ imitation }) => imitation !== undefined)) {
    await wipeDriveFiles(dir, machine);
    return;
  }
  const backing = join(dir, BACKING_FILE);
  // Room for all files when they are full, and for the file system's own needs.
  const bytes = machine.drives.reduce((sum, drive) => sum + drive.bytes, 0) * 1.02 + 128 * 2 ** 20;
  await writeFile(backing, '', { mode: 0o600 });
  await truncate(backing, Math.ceil(bytes / 4096) * 4096);
  await run(ctx, 'mke2fs', ['-q', '-t', 'ext4', '-m', '0', '-E', 'assume_storage_prezeroed=1', backing]);
}

/** Gives the machine raw drives, whatever they held: new files of zeros. The machine must be off. */
export async function wipeDriveFiles(dir: string, machine: Machine): Promise<void> {
  for (const drive of machine.drives) {
    if (drive.imitation !== undefined) continue;
    const path = join(dir, driveFile(drive));
    await writeFile(path, '', { mode: 0o600 });
    await truncate(path, drive.bytes);
  }
}

/** Switches the machine on; it comes back as soon as QEMU runs, long before the guest answers. */
export async function powerOn(ctx: LabContext, labDir: string, machine: Machine): Promise<TrackedProcess> {
  const { name } = machine;
  if ((await runningProcess(labDir, machineProcess(name))) !== undefined) {
    throw new LabError('Invalid', `node ${name} is already on`);
  }
  const dir = nodeDir(labDir, name);
  await rm(join(dir, 'qmp.sock'), { force: true });
  const args = qemuArguments(machine, await accelerator(ctx, machine.boot.vmlinuz));
  return await spawnTracked(labDir, {
    name: machineProcess(name),
    command: ['qemu-system-x86_64', ...args],
    cwd: dir,
    env: { PATH: ctx.env.PATH },
    diesWithParent: ctx.lifetime === 'owner',
  });
}

/** Cuts the power: the machine stops between two instructions. True when it was on. */
export async function cutPower(labDir: string, name: string): Promise<boolean> {
  const process = await runningProcess(labDir, machineProcess(name));
  if (process === undefined) return false;
  await endProcesses(labDir, [process]);
  return true;
}

/** True while the machine's QEMU runs. */
export async function isOn(labDir: string, name: string): Promise<boolean> {
  const process = await runningProcess(labDir, machineProcess(name));
  return process !== undefined && isRunning(process);
}
