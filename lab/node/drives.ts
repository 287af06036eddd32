import { createHash, type Hash } from 'node:crypto';
import type { Cloud } from '../options.ts';

/** A drive of a lab's node that is not its root disk. */
export interface LabDrive {
  /** `d0`, `d1`, …; QEMU's and the files' name for it. */
  id: string;
  role: 'local' | 'remote';
  model: string;
  serial: string;
  bytes: number;
  nsid: number;
  /** The NVMe subsystem inside the guest that imitates a cloud's drive; absent for a controller of QEMU's own. */
  imitation?: { nqn: string; uuid: string; file: string };
}

/** What QEMU's controllers call themselves; it cannot be changed, which is why clouds are imitated inside the guest. */
export const QEMU_MODEL = 'QEMU NVMe Ctrl';

const REMOTE_BYTES = 2 ** 30;

/**
 * The drives of a new machine. `identity` is what makes this machine's serials its own and, for clouds, its
 * incarnation's: an instance that was stopped starts on other hardware.
 */
export function newDrives(cloud: Cloud, count: number, bytes: number, identity: string): readonly LabDrive[] {
  const local = Array.from({ length: count }, (_, index) => localDrive(cloud, index, bytes, identity));
  return cloud === 'generic' ? local : [...local, remoteDrive(cloud, count)];
}

/** The drives after the instance was stopped and started: remote ones as they are, local ones raw, on a cloud other ones. */
export function drivesAfterStop(
  cloud: Cloud,
  drives: readonly LabDrive[],
  identity: string,
): readonly LabDrive[] {
  if (cloud === 'generic') return drives;
  return drives.map((drive, index) =>
    drive.role === 'remote' ? drive : localDrive(cloud, index, drive.bytes, identity),
  );
}

function localDrive(cloud: Cloud, index: number, bytes: number, identity: string): LabDrive {
  const id = `d${index}`;
  const seed = `${identity}/${id}`;
  if (cloud === 'generic') {
    const serial = `LOCAL${hex(seed, 8).toUpperCase()}`;
    return { id, role: 'local', model: QEMU_MODEL, serial, bytes, nsid: 1 };
  }
  return imitated(cloud, { id, role: 'local', bytes, seed, index });
}

function remoteDrive(cloud: Exclude<Cloud, 'generic'>, index: number): LabDrive {
  const id = `d${index}`;
  return imitated(cloud, { id, role: 'remote', bytes: REMOTE_BYTES, seed: `remote/${id}`, index });
}

interface Part {
  id: string;
  role: LabDrive['role'];
  bytes: number;
  seed: string;
  index: number;
}

/** Models and the form of serials as the clouds' own drives have them; GCP's serials are the same for all of them. */
function imitated(cloud: Exclude<Cloud, 'generic'>, part: Part): LabDrive {
  const { id, role, bytes, seed, index } = part;
  const digits = hex(seed, 17);
  const faces = {
    aws: {
      local: { model: 'Amazon EC2 NVMe Instance Storage', serial: `AWS${digits.toUpperCase()}`, nsid: 1 },
      remote: { model: 'Amazon Elastic Block Store', serial: `vol0${digits.slice(1)}`, nsid: 1 },
    },
    gcp: {
      local: { model: 'nvme_card', serial: 'nvme_card', nsid: index + 1 },
      remote: { model: 'nvme_card-pd', serial: 'nvme_card-pd', nsid: 1 },
    },
    azure: {
      local: { model: 'Microsoft NVMe Direct Disk v2', serial: digits.slice(0, 16), nsid: 1 },
      remote: { model: 'MSFT NVMe Accelerator v1.0', serial: 'SN: 000001', nsid: 2 },
    },
  };
  const face = faces[cloud][role];
  // GCP's local drives are namespaces of one controller; everywhere else each drive has a controller of its own.
  const controller = cloud === 'gcp' ? role : id;
  const nqn = `nqn.2026-01.dev.kubectl-nvme.lab:${cloud}-${controller}`;
  return { id, role, bytes, ...face, imitation: { nqn, uuid: uuid(seed), file: `${id}-${digits}.img` } };
}

function digest(seed: string): Hash {
  return createHash('sha256').update(seed);
}

function hex(seed: string, length: number): string {
  return digest(seed).digest('hex').slice(0, length);
}

/** A UUID of version 8, whose bits are free: the same namespace has the same one at every boot. */
function uuid(seed: string): string {
  const all = hex(seed, 32);
  return [
    all.slice(0, 8),
    all.slice(8, 12),
    `8${all.slice(13, 16)}`,
    `8${all.slice(17, 20)}`,
    all.slice(20),
  ].join('-');
}

/** The list that the guest's `drives` script reads; empty for machines whose drives are QEMU's. */
export function imitationList(drives: readonly LabDrive[]): string {
  return drives
    .flatMap(({ imitation, nsid, bytes, serial, model }) =>
      imitation === undefined
        ? []
        : [[imitation.nqn, nsid, imitation.uuid, bytes, imitation.file, serial, model].join('\t')],
    )
    .map((line) => `${line}\n`)
    .join('');
}
