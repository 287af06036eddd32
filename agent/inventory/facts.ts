import type { Snapshot } from '../../api/snapshot.ts';
import { deviceTable, type BlockDevice, type DeviceTable } from './device-table.ts';
import { withHiddenPartitions } from './hidden-partitions.ts';
import { parseMdstat, type MdstatArray } from './mdstat.ts';
import { parseMountinfo, type Mount } from './mountinfo.ts';
import { parseSwaps, type SwapEntry } from './swaps.ts';

/** A snapshot with its raw texts taken apart, once, for all the questions that follow. */
export interface Facts {
  snapshot: Snapshot;
  devices: DeviceTable;
  /** Undefined when there is no mountinfo or it is damaged. */
  mounts: Mount[] | undefined;
  swaps: SwapEntry[] | undefined;
  mdstat: MdstatArray[];
  /** Names under /dev/disk/by-id of each kernel name, sorted. */
  links: ReadonlyMap<string, string[]>;
}

/** Takes a checked snapshot apart. */
export function factsOf(snapshot: Snapshot): Facts {
  const mounts = snapshot.mountinfo === undefined ? undefined : parseMountinfo(snapshot.mountinfo);
  const swaps = snapshot.swaps === undefined ? undefined : parseSwaps(snapshot.swaps);
  const mdstat = parseMdstat(snapshot.mdstat ?? '');
  const names = (swaps ?? []).map(({ name }) => name);
  const namings = { snapshot, mounts: mounts ?? [], swaps: names, mdstat };
  return {
    snapshot,
    devices: deviceTable(withHiddenPartitions(snapshot.lsblk.blockdevices, namings)),
    mounts,
    swaps,
    mdstat,
    links: linksByDevice(snapshot.byId ?? {}),
  };
}

/** Every path under which a device may be named by a mount, a PersistentVolume or LVM. */
export function aliasesOf(facts: Facts, device: BlockDevice): Set<string> {
  const names = device.rows.flatMap(({ name }) => [`/dev/${name}`, `/dev/mapper/${name}`]);
  const links = (facts.links.get(device.kname) ?? []).map((name) => `/dev/disk/by-id/${name}`);
  const volumes = (facts.snapshot.lvs ?? [])
    .filter(({ vg_name, lv_name }) => device.rows.some(({ name }) => name === mapperName(vg_name, lv_name)))
    .flatMap(({ vg_name, lv_name }) => [`/dev/${vg_name ?? ''}/${lv_name ?? ''}`]);
  return new Set([device.path, `/dev/${device.kname}`, ...names, ...links, ...volumes]);
}

/** The device that a path names, by any of its aliases. */
export function deviceAt(facts: Facts, path: string): BlockDevice | undefined {
  const direct = facts.devices.get(path.replace(/^\/dev\//, ''));
  return direct ?? [...facts.devices.values()].find((device) => aliasesOf(facts, device).has(path));
}

/** device-mapper's name of a logical volume: hyphens inside either name are doubled (lvm's dm_build_dm_name). */
export function mapperName(vgName = '', lvName = ''): string {
  return `${vgName.replaceAll('-', '--')}-${lvName.replaceAll('-', '--')}`;
}

/** Links may be told as real paths or as udev writes them, `../../nvme1n1`. */
function linksByDevice(byId: Readonly<Record<string, string>>): Map<string, string[]> {
  const links = new Map<string, string[]>();
  for (const [name, target] of Object.entries(byId).sort(([a], [b]) => (a < b ? -1 : 1))) {
    const kname = target.slice(target.lastIndexOf('/') + 1);
    links.set(kname, [...(links.get(kname) ?? []), name]);
  }
  return links;
}
