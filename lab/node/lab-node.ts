import { join } from 'node:path';
import type { NodeDisk } from '../assets/node-disk.ts';
import type { NodeObject } from '../cluster/node-object.ts';
import { LabError } from '../errors.ts';
import { nodeDefaults, type NodeOptions } from '../options.ts';
import { logTail } from '../process/tracked.ts';
import { baseDisk } from './base-disk.ts';
import { driveDigest } from './drive-digest.ts';
import { drivesAfterStop, type LabDrive } from './drives.ts';
import type { ClusterFacts } from './guest-config.ts';
import { guestExec, GuestUnreachableError, type ExecOptions, type ExecResult } from './guest-exec.ts';
import { claimName, newMachine, nodeDir, readMachine, scrap, writeMachine, type Machine } from './machine.ts';
import { plugDrive, unplugDrive } from './plugging.ts';
import { assemble, configure, cutPower, isOn, powerOn, wipeDriveFiles } from './power.ts';
import { guestBootID, untilBooted, untilReady, type Place } from './readiness.ts';
import { driveFile } from './qemu.ts';
import { slowDrive } from './slowing.ts';
import { randomBytes } from 'node:crypto';

/** A node of a lab: a machine, and the Node that its kubelet registered. Every verb reads the machine's record anew. */
export interface LabNode {
  readonly name: string;
  /** The machine's folder: its disks, `console.log`, `machine.json`. */
  readonly dir: string;
  machine(): Promise<Machine>;
  /** The drives beside the root disk, with the path of the host's file where a drive has one of its own. */
  drives(): Promise<readonly (LabDrive & { hostFile?: string })[]>;
  /** Runs a program as root in the guest; works before and without the kubelet. */
  exec(argv: readonly string[], options?: ExecOptions): Promise<ExecResult>;
  /** As `exec`, and throws unless the program exits with 0; gives its standard output. */
  run(argv: readonly string[], options?: ExecOptions): Promise<string>;
  bootID(): Promise<string>;
  isOn(): Promise<boolean>;
  /** Waits until the guest runs programs and has all its drives. */
  untilBooted(): Promise<void>;
  /** Waits until the Node is Ready in the guest's current boot. */
  untilReady(): Promise<NodeObject>;
  /** An orderly reboot; back when the guest runs programs again and has its drives. */
  reboot(): Promise<void>;
  /** Stops the machine between two instructions; it stays off, its disks stay. */
  powerCut(): Promise<void>;
  /** Switches a machine that is off on again. */
  start(): Promise<void>;
  /** What a cloud's stop and start does: local drives come back raw, the root disk and remote drives as they were. */
  stopStart(): Promise<void>;
  /** Another machine under the same name: new disks, new machine ID, and the old Node is deleted. */
  replace(): Promise<void>;
  /** What a cloud does with a terminated instance: the machine is gone, its Node is deleted. `keepRunning` deletes the Node alone. */
  delete(options?: { keepRunning?: boolean }): Promise<void>;
  /** Pulls a local drive out of the running machine without a word; back when it is out. */
  unplug(driveID: string): Promise<void>;
  /** Puts it back, with the bytes it had. */
  plug(driveID: string): Promise<void>;
  /** Lets a local drive do so many writes a second; 0 ends that. */
  slow(driveID: string, writesPerSecond: number): Promise<void>;
  /** The SHA-256 of all bytes of a drive, with everything written that the guest holds for it. */
  driveDigest(driveID: string): Promise<string>;
  /** The port of the host's loopback that leads to a port of the guest; see `NodeOptions.forwardPorts`. */
  forward(guestPort: number): Promise<number>;
}

/** What a node needs to know of its lab. */
export interface NodePlace extends Place {
  cluster: ClusterFacts;
}

/** Makes a new machine of that name and switches it on; waits as `options.until` says. What fails is removed again. */
export async function addNode(place: NodePlace, name: string, options: NodeOptions): Promise<LabNode> {
  const { ctx, labDir } = place;
  const disk = await baseDisk(ctx, options.images ?? nodeDefaults.images);
  if (!(await claimName(labDir, name))) {
    throw new LabError('AlreadyExists', `the lab has a node "${name}" already`);
  }
  const node = labNode(place, name);
  try {
    await build(place, await newMachine(labDir, name, options, disk), disk);
    if (options.until === 'Booted') await node.untilBooted();
    else if (options.until !== 'PoweredOn') await node.untilReady();
    return node;
  } catch (error) {
    const console = await logTail(join(node.dir, 'console.log'));
    await cutPower(labDir, name);
    await scrap(labDir, name);
    ctx.signal.throwIfAborted();
    throw new LabError(
      'Exited',
      `node ${name}: ${errorText(error)}\nthe end of its console:\n${console}`,
      error,
    );
  }
}

function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The record comes first: whoever kills us leaves a machine that `down` and `delete` know. */
async function build(place: NodePlace, machine: Machine, disk: NodeDisk): Promise<void> {
  const { ctx, labDir } = place;
  await writeMachine(labDir, machine);
  await assemble(ctx, labDir, machine, disk, place.cluster);
  await powerOn(ctx, labDir, machine);
}

/** The node of that name, which the lab must have. */
export function labNode(place: NodePlace, name: string): LabNode {
  const { labDir } = place;
  const dir = nodeDir(labDir, name);
  const machine = (): Promise<Machine> => existingMachine(place, name);
  const exec: LabNode['exec'] = async (argv, options) => await guestExec(await machine(), argv, options);
  const start = async (): Promise<void> => {
    await powerOn(place.ctx, labDir, await machine());
  };
  return {
    name,
    dir,
    machine,
    drives: async () => (await machine()).drives.map((drive) => withHostFile(dir, drive)),
    exec,
    run: async (argv, options) => successOutput(name, argv, await exec(argv, options)),
    bootID: async () => await guestBootID(await machine()),
    isOn: () => isOn(labDir, name),
    untilBooted: async () => {
      await untilBooted(place, await machine());
    },
    untilReady: async () => await untilReady(place, await machine()),
    reboot: async () => await reboot(place, await machine()),
    powerCut: async () => {
      await cutPower(labDir, (await machine()).name);
    },
    start,
    stopStart: async () => {
      await stop(place, await machine());
      await start();
    },
    replace: async () => await replace(place, await machine()),
    delete: async (options = {}) => await deleteNode(place, await machine(), options.keepRunning ?? false),
    unplug: async (id) => await unplugDrive(place.ctx, dir, await machine(), id),
    plug: async (id) => await plugDrive(dir, await machine(), id),
    slow: async (id, writesPerSecond) => await slowDrive(dir, await machine(), id, writesPerSecond),
    driveDigest: async (id) => await driveDigest(place.ctx, dir, await machine(), id),
    forward: async (guestPort) => forwardedPort(await machine(), guestPort),
  };
}

async function existingMachine({ labDir }: NodePlace, name: string): Promise<Machine> {
  const machine = await readMachine(labDir, name);
  if (machine === undefined) throw new LabError('NotFound', `the lab has no node "${name}"`);
  return machine;
}

function withHostFile(dir: string, drive: LabDrive): LabDrive & { hostFile?: string } {
  return drive.imitation === undefined ? { ...drive, hostFile: join(dir, driveFile(drive)) } : drive;
}

function successOutput(
  name: string,
  argv: readonly string[],
  { exitCode, stdout, stderr }: ExecResult,
): string {
  if (exitCode === 0) return stdout;
  throw new LabError(
    'Exited',
    `node ${name}: \`${argv.join(' ')}\` exited with ${exitCode}: ${(stderr + stdout).trim()}`,
  );
}

async function reboot(place: NodePlace, machine: Machine): Promise<void> {
  const before = await guestBootID(machine);
  try {
    await guestExec(machine, ['systemctl', 'reboot', '--no-block']);
  } catch (error) {
    // The shutdown may end the connection before the answer; whether it happens is seen by the boot ID.
    if (!(error instanceof GuestUnreachableError)) throw error;
  }
  await untilBooted(place, machine, before);
}

/** Stops as a cloud does, less the time that an orderly shutdown takes: the root's writes are kept, the local drives' are not. */
async function stop(place: NodePlace, machine: Machine): Promise<void> {
  const { labDir } = place;
  if (await isOn(labDir, machine.name)) await guestExec(machine, ['sync']);
  await cutPower(labDir, machine.name);
  const identity = randomBytes(16).toString('hex');
  const stopped = { ...machine, drives: drivesAfterStop(machine.cloud, machine.drives, identity) };
  await wipeDriveFiles(nodeDir(labDir, machine.name), stopped);
  await writeMachine(labDir, stopped);
  await configure(labDir, stopped, place.cluster);
}

async function replace(place: NodePlace, old: Machine): Promise<void> {
  const { labDir } = place;
  const disk = await baseDisk(place.ctx, old.images);
  await deleteNode(place, old, false);
  const local = old.drives.filter(({ role }) => role === 'local');
  const size = `${(local[0]?.bytes ?? 2 ** 30) / 2 ** 20}M`;
  await claimName(labDir, old.name);
  const fresh = await newMachine(
    labDir,
    old.name,
    { ...old, drives: local.length, size, forwardPorts: [] },
    disk,
  );
  // The host's ports stay, so that what was told of them still holds.
  await build(place, { ...fresh, forwards: old.forwards }, disk);
}

async function deleteNode(place: NodePlace, machine: Machine, keepRunning: boolean): Promise<void> {
  if (!keepRunning) {
    await cutPower(place.labDir, machine.name);
    await scrap(place.labDir, machine.name);
  }
  await place.api.delete(`/api/v1/nodes/${machine.name}`);
}

function forwardedPort(machine: Machine, guestPort: number): number {
  const forward = machine.forwards.find(({ guest }) => guest === guestPort);
  if (forward !== undefined) return forward.host;
  throw new LabError(
    'NotFound',
    `node ${machine.name} has no forward to port ${guestPort}: name it in forwardPorts when the node is added`,
  );
}
