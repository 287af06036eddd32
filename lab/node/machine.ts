import { randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
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

/** A new machine of that name, with an identity, ports and serials of its own. */
export async function newMachine(labDir: string, name: string, options: NodeOptions): Promise<Machine> {
  const wanted = { ...nodeDefaults, ...options };
  const [kubeletPort = 0, execPort = 0, ...forwarded] = await freePorts(2 + wanted.forwardPorts.length);
  const machineID = randomBytes(16).toString('hex');
  return {
    name,
    cloud: wanted.cloud,
    machineID,
    index: await freeIndex(labDir),
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
  };
}

async function freeIndex(labDir: string): Promise<number> {
  const machines = await allMachines(labDir);
  const taken = new Set(machines.map(({ index }) => index));
  let index = 1;
  while (taken.has(index)) index += 1;
  return index;
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
