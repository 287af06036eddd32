import type { LsblkDevice } from '../../api/snapshot.ts';

/** A block device with its place in the stack; lsblk repeats one that lies on several others. */
export interface BlockDevice {
  /** Kernel name: the key of the table. */
  kname: string;
  /** `/dev/nvme1n1`, `/dev/mapper/vg-lv`. */
  path: string;
  type: string;
  /** Every row that lsblk printed for it; evidence from any of them counts. */
  rows: LsblkDevice[];
  /** Kernel names. */
  parents: Set<string>;
  children: Set<string>;
}

/** All block devices by kernel name. */
export type DeviceTable = ReadonlyMap<string, BlockDevice>;

/** Flattens lsblk's tree, or its flat list with `pkname`. */
export function deviceTable(roots: readonly LsblkDevice[]): DeviceTable {
  const table = new Map<string, BlockDevice>();
  const visit = (row: LsblkDevice, parent: BlockDevice | undefined) => {
    const device = enter(table, row);
    if (parent) link(parent, device);
    for (const child of row.children ?? []) visit(child, device);
  };
  for (const row of roots) visit(row, undefined);
  linkByParentName(table);
  return table;
}

/** A device and everything that lies on it, nearest first. */
export function withDescendants(table: DeviceTable, device: BlockDevice): BlockDevice[] {
  return closure(table, device, ({ children }) => children);
}

/** A device and everything that it lies on, nearest first. */
export function withAncestors(table: DeviceTable, device: BlockDevice): BlockDevice[] {
  return closure(table, device, ({ parents }) => parents);
}

/** The first text that any row has in a column; blanks around it are padding. */
export function column(device: BlockDevice, name: keyof LsblkDevice): string | undefined {
  for (const row of device.rows) {
    const value = row[name];
    if (typeof value === 'string' && value.trim() !== '') return value.trim();
  }
  return undefined;
}

/** Bytes; undefined when no row tells, or rows contradict each other. */
export function sizeOf(device: BlockDevice): number | undefined {
  const sizes = new Set(device.rows.map(({ size }) => bytes(size)));
  return sizes.size === 1 ? [...sizes][0] : undefined;
}

/** lsblk prints flags as booleans, numbers or texts, by version. */
export function isReadOnly(device: BlockDevice): boolean {
  return device.rows.some(({ ro }) => ro === true || ro === 1 || ro === '1' || ro === 'true');
}

function enter(table: Map<string, BlockDevice>, row: LsblkDevice): BlockDevice {
  const kname = row.kname ?? row.name;
  const known = table.get(kname);
  if (known) {
    known.rows.push(row);
    return known;
  }
  const path = row.path ?? `/dev/${row.name}`;
  const device: BlockDevice = {
    kname,
    path,
    type: row.type ?? (/^nvme\d+n\d+p\d+$/.test(kname) ? 'part' : 'disk'),
    rows: [row],
    parents: new Set(),
    children: new Set(),
  };
  table.set(kname, device);
  return device;
}

function link(parent: BlockDevice, child: BlockDevice): void {
  parent.children.add(child.kname);
  child.parents.add(parent.kname);
}

function linkByParentName(table: Map<string, BlockDevice>): void {
  for (const device of table.values()) {
    for (const { pkname } of device.rows) {
      const parent = pkname ? table.get(pkname.replace(/^\/dev\//, '')) : undefined;
      if (parent) link(parent, device);
    }
  }
}

function closure(
  table: DeviceTable,
  start: BlockDevice,
  next: (device: BlockDevice) => Iterable<string>,
): BlockDevice[] {
  const seen = new Set([start]);
  for (const device of seen) {
    for (const name of next(device)) {
      const neighbour = table.get(name);
      if (neighbour) seen.add(neighbour);
    }
  }
  return [...seen];
}

function bytes(size: LsblkDevice['size']): number | undefined {
  const value = typeof size === 'string' && /^\d+$/.test(size) ? Number(size) : size;
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}
