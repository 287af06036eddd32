import type { LsblkDevice, Snapshot } from '../../api/snapshot.ts';

/** A drive of a made-up machine; what is not said is as on a new, blank EC2 instance store drive. */
export interface DriveOverrides {
  model?: string;
  serial?: string;
  size?: number;
  vendor?: string;
  /** What blkid finds on it. */
  blkid?: Record<string, string>;
  children?: LsblkDevice[];
  readOnly?: boolean;
  holders?: string[];
  /** Constant byte of all samples, null for other content. */
  sample?: number | null;
  transport?: string;
  numaNode?: number;
  nsid?: number;
  /** PCI address of its controller. */
  address?: string;
  links?: string[];
  /** lsblk's columns that are otherwise than on a new drive. */
  row?: Partial<LsblkDevice>;
}

/** The disk that the machine runs from, an EBS volume `nvme0n1` unless told otherwise. */
export interface RootOverrides extends DriveOverrides {
  /** Kernel name. */
  name?: string;
}

/** A machine whose every read succeeded. `drives` are keyed by kernel name; a root disk is always there. */
export interface MachineOverrides {
  root?: RootOverrides;
  drives?: Record<string, DriveOverrides>;
  /** Mount point by kernel path. */
  mounts?: Record<string, string>;
  /** Kernel paths. */
  swaps?: string[];
  snapshot?: Partial<Snapshot>;
}

const GIB = 2 ** 30;
const ROOT_ADDRESS = '0000:00:03.0';
export const INSTANCE_STORE = 'Amazon EC2 NVMe Instance Storage';
export const EBS = 'Amazon Elastic Block Store';

/** The snapshot that discovery would make of the machine. */
export function machine({
  root = {},
  drives = {},
  mounts = {},
  swaps = [],
  snapshot = {},
}: MachineOverrides = {}): Snapshot {
  const names = Object.keys(drives);
  const rows = names.map((name, index) => lsblkDrive(name, drives[name] ?? {}, index));
  const disk = rootDisk(root);
  const all = [disk, ...rows];
  const [system] = disk.children ?? [];
  const entries = (of: (name: string, drive: DriveOverrides) => [string, unknown][]) =>
    Object.fromEntries(names.flatMap((name) => of(name, drives[name] ?? {})));
  return {
    version: 1,
    lsblk: { blockdevices: all },
    byId: entries((name, drive) =>
      (
        drive.links ?? [
          `nvme-${(drive.model ?? INSTANCE_STORE).replaceAll(' ', '_')}_${serialOf(name, drive)}`,
        ]
      ).map((link) => [link, `/dev/${name}`]),
    ) as Record<string, string>,
    mountinfo: mountinfo(all, { [system?.path ?? '']: '/', ...mounts }),
    swaps: `Filename\tType\tSize\tUsed\tPriority\n${swaps.map((path) => `${path} partition 1 0 -2\n`).join('')}`,
    mdstat: 'Personalities : \nunused devices: <none>\n',
    blkid: entries((name, { blkid = {} }) => [[`/dev/${name}`, blkid]]) as NonNullable<Snapshot['blkid']>,
    samples: entries((name, { blkid, children, sample = 0 }) =>
      (blkid ?? children) ? [] : [[`/dev/${name}`, { constant: sample }]],
    ) as NonNullable<Snapshot['samples']>,
    holders: entries((name, { holders = [] }) => [[`/dev/${name}`, holders]]) as Record<string, string[]>,
    nvme: {
      ...(disk.tran === 'nvme'
        ? { [`/dev/${disk.name}`]: { transport: 'pcie', address: ROOT_ADDRESS } }
        : {}),
      ...(entries((name, { transport = 'pcie', nsid = 1, numaNode = 0, address = '0000:00:1f.0' }) => [
        [`/dev/${name}`, { transport, nsid, numaNode, address }],
      ]) as NonNullable<Snapshot['nvme']>),
    },
    pvs: [],
    vgs: [],
    lvs: [],
    md: {},
    pci: [],
    files: {},
    begun: [],
    dmi: { sys_vendor: 'Amazon EC2' },
    machineID: 'ec2d1f0b7a9c4f0e8f6b1a2b3c4d5e6f',
    bootID: '7b1f2c7e-0d1a-4a53-9c50-3f2a4e6d8b90',
    ...snapshot,
  };
}

/** A partition row. */
export function partition(name: string, more: Partial<LsblkDevice> = {}): LsblkDevice {
  return { name, kname: name, path: `/dev/${name}`, type: 'part', size: GIB, ...more };
}

function rootDisk({ name = 'nvme0n1', ...drive }: RootOverrides): LsblkDevice {
  const ebs = { model: EBS, serial: 'vol0123456789abcdef0', size: 20 * GIB };
  return {
    ...lsblkDrive(name, { ...ebs, ...drive }, -1),
    pttype: 'gpt',
    children: [partition(`${name}${/\d$/.test(name) ? 'p' : ''}1`, { 'maj:min': '259:100', fstype: 'xfs' })],
  };
}

const serialOf = (name: string, { serial }: DriveOverrides): string => serial ?? `AWS${name.toUpperCase()}`;

function lsblkDrive(name: string, drive: DriveOverrides, index: number): LsblkDevice {
  return {
    name,
    kname: name,
    path: `/dev/${name}`,
    'maj:min': `259:${index + 1}`,
    type: 'disk',
    size: drive.size ?? 900 * GIB,
    // lsblk pads the model to the 40 characters of the identify data.
    model: (drive.model ?? INSTANCE_STORE).padEnd(40),
    serial: serialOf(name, drive),
    vendor: drive.vendor ?? null,
    tran: name.startsWith('nvme') ? 'nvme' : null,
    ro: drive.readOnly ?? false,
    'log-sec': 512,
    mountpoints: [null],
    children: drive.children ?? [],
    ...drive.row,
  };
}

function mountinfo(rows: readonly LsblkDevice[], mounts: Record<string, string>): string {
  const devices = rows.flatMap((row) => [row, ...(row.children ?? [])]);
  const lines = Object.entries(mounts).map(([path, point], index) => {
    const numbers = devices.find((device) => device.path === path)?.['maj:min'] ?? `9:${index}`;
    return `${index + 30} 1 ${numbers} / ${point.replaceAll(' ', '\\040')} rw,relatime shared:${index} - ext4 ${path} rw`;
  });
  return ['22 1 0:21 / /proc rw - proc proc rw', ...lines, ''].join('\n');
}
