import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { NodeDisk } from '../assets/node-disk.ts';
import { freePorts } from '../cluster/ports.ts';
import { LabError } from '../errors.ts';
import { readJson, writeJson } from '../json-file.ts';
import { nodeDefaults, type Cloud, type NodeOptions } from '../options.ts';
import { newDrives, type LabDrive } from './drives.ts';
import { parseSize } from './size.ts';

/** One machine of a lab, as `nodes/NAME/machine.json` describes it; a replaced node is another machine of that name. */
export interface Machine {
  name: string;
  cloud: Cloud;
  /** 32 hex digits, the guest's `/etc/machine-id`. */
  machineID: string;
  /** Makes its pods' network, 10.244.INDEX.0/24. */
  index: number;
  memoryMiB: number;
  cpus: number;
  drives: readonly LabDrive[];
  /** The kubelet's port, the same inside and outside: the API server takes it from the Node. */
  kubeletPort: number;
  execPort: number;
  execToken: string;
  forwards: readonly PortForward[];
  labels: Readonly<Record<string, string>>;
  taints: readonly string[];
  kubeletConfiguration: Readonly<Record<string, unknown>>;
  images: 'project' | 'none';
  /** The kernel's file and the root's partition, as the disk was made: a later start needs no newer disk. */
  boot: { vmlinuz: string; rootPartUUID: string };
}

/** A port of the guest and the port of the host's loopback that leads to it. */
export interface PortForward {
  guest: number;
  host: number;
}

/** The port that the guest's lab-exec listens on. */
export const GUEST_EXEC_PORT = 7022;

const NODE_NAME = /^[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?$/;

/** The folder of a node in the lab's state folder. */
export function nodeDir(labDir: string, name: string): string {
  if (!NODE_NAME.test(name))
    throw new LabError('Invalid', `"${name}" is no node name: use up to 63 of a-z, 0-9, - and .`);
  return join(labDir, 'nodes', name);
}

/** A new machine of that name, with an identity, ports and serials of its own, that boots from an overlay of `disk`. */
export async function newMachine(
  labDir: string,
  name: string,
  options: NodeOptions,
  disk: NodeDisk,
): Promise<Machine> {
  const wanted = { ...nodeDefaults, ...options };
  const [kubeletPort = 0, execPort = 0, ...forwarded] = await freePorts(2 + wanted.forwardPorts.length);
  const machineID = randomBytes(16).toString('hex');
  return {
    name,
    cloud: wanted.cloud,
    machineID,
    index: await claimPodNetwork(labDir),
    memoryMiB: wanted.memoryMiB,
    cpus: wanted.cpus,
    drives: newDrives(wanted.cloud, wanted.drives, parseSize(wanted.size), machineID),
    kubeletPort,
    execPort,
    execToken: randomBytes(24).toString('hex'),
    forwards: wanted.forwardPorts.map((guest, index) => ({ guest, host: forwarded[index] ?? 0 })),
    labels: wanted.labels,
    taints: wanted.taints,
    kubeletConfiguration: wanted.kubeletConfiguration,
    images: wanted.images,
    boot: { vmlinuz: disk.kernel.vmlinuz, rootPartUUID: disk.rootPartUUID },
  };
}

const POD_NETWORKS = 250;

function podNetworkClaim(labDir: string, index: number): string {
  return join(labDir, 'pod-networks', String(index));
}

/** The number of a pod network that no other machine of the lab has; of two that ask at once, each gets its own. */
async function claimPodNetwork(labDir: string): Promise<number> {
  await mkdir(join(labDir, 'pod-networks'), { recursive: true });
  for (let index = 1; index <= POD_NETWORKS; index += 1) {
    if (await madeFolder(podNetworkClaim(labDir, index))) return index;
  }
  throw new LabError('Unsupported', `all ${POD_NETWORKS} pod networks of the lab are taken`);
}

/** Makes the folder; false when somebody else has. */
async function madeFolder(path: string): Promise<boolean> {
  try {
    await mkdir(path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Takes the name for a new machine; false when the lab has a node of that name. */
export async function claimName(labDir: string, name: string): Promise<boolean> {
  await mkdir(join(labDir, 'nodes'), { recursive: true });
  return await madeFolder(nodeDir(labDir, name));
}

/** Removes the machine's disks and record, and gives its name and network back; it must be off. */
export async function scrap(labDir: string, name: string): Promise<void> {
  const machine = await readMachine(labDir, name);
  if (machine !== undefined)
    await rm(podNetworkClaim(labDir, machine.index), { recursive: true, force: true });
  await rm(nodeDir(labDir, name), { recursive: true, force: true });
}

/** The machines of a lab, whether they are on or off. */
export async function allMachines(labDir: string): Promise<readonly Machine[]> {
  const names = await readdir(join(labDir, 'nodes')).catch(() => []);
  const machines = await Promise.all(names.map((name) => readMachine(labDir, name)));
  return machines.filter((machine) => machine !== undefined);
}

/** The machine of that name; undefined when the lab has none. */
export async function readMachine(labDir: string, name: string): Promise<Machine | undefined> {
  return await readJson<Machine>(join(nodeDir(labDir, name), 'machine.json'));
}

/** Writes the record; the lab's cloud controller and later commands read it. */
export async function writeMachine(labDir: string, machine: Machine): Promise<void> {
  await writeJson(join(nodeDir(labDir, machine.name), 'machine.json'), machine);
}
