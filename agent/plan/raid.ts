import { parseBytes } from '../../api/quantity.ts';
import type { FilesystemLayout, RaidLayout } from '../../api/layout.ts';
import type { Content, Inventory, InventoryDrive, MdArray } from '../inventory/inventory.ts';
import { replaceable, stopHalfMade } from './clear.ts';
import { driveAt } from './eligible.ts';
import { newFilesystem, volumeOf, type Target } from './filesystem-steps.ts';
import { fill } from './fill.ts';
import { arrayNameOf, arrayUuid, filesystemUuidOn } from './identity.ts';
import { NOTHING, refuseAll, together, type LayoutPlan } from './layout-plan.ts';
import type { Step, Stripe } from './step.ts';

export interface RaidWish {
  raid: RaidLayout;
  filesystem: FilesystemLayout;
}

/** One array over all of these blank drives, or one per NUMA node, with a filesystem on each. Throws QuantityError. */
export function planRaid(
  inventory: Inventory,
  drives: readonly InventoryDrive[],
  wish: RaidWish,
): LayoutPlan {
  const groups = wish.raid.perNUMANode ? byNode(drives) : drives.length > 0 ? [drives] : [];
  return together(...groups.map((group) => planArray(inventory, group, wish)));
}

function byNode(drives: readonly InventoryDrive[]): InventoryDrive[][] {
  const nodes = [...new Set(drives.map(({ numaNode }) => numaNode ?? -1))].sort((a, b) => a - b);
  return nodes.map((node) => drives.filter(({ numaNode }) => (numaNode ?? -1) === node));
}

function planArray(inventory: Inventory, drives: readonly InventoryDrive[], wish: RaidWish): LayoutPlan {
  const { level, chunk } = wish.raid;
  const paths = drives.map(({ path }) => path);
  if (level === 10 && drives.length < 2) return refuseAll(paths, 'RAID 10 needs at least 2 usable drives');
  const identities = drives.map(({ identity }) => identity);
  const uuid = arrayUuid(inventory.machineID, `raid${level}`, identities);
  const lost = inventory.volumes.find(({ identity }) => identity === filesystemUuidOn(uuid));
  if (lost)
    return refuseAll(paths, `PersistentVolume ${lost.name} is the array of these drives, but they are blank`);
  const arrayName = arrayNameOf(uuid);
  const chunkBytes = parseBytes(chunk);
  const create: Step = {
    kind: 'md-create',
    name: `create RAID ${level} array /dev/md/${arrayName} over ${paths.join(', ')}`,
    arrayName,
    uuid,
    level,
    chunkBytes,
    devices: drives.map(({ device }) => device),
    replaces: replaceable(inventory, drives),
  };
  const device = `/dev/md/${arrayName}`;
  const stripe = stripeOf(level, drives.length, chunkBytes);
  const target = { device, shown: device, uuid: filesystemUuidOn(uuid), drives: identities, stripe };
  return {
    ...NOTHING,
    steps: [...stopHalfMade(inventory, drives), create, ...newFilesystem(target, wish.filesystem)],
    volumes: [volumeOf(target, wish.filesystem.type)],
    candidates: paths,
  };
}

/** md's RAID 10 keeps two near copies, so half of the members hold data. */
function stripeOf(level: number, members: number, chunkBytes: number): Stripe {
  return { chunkBytes, dataMembers: level === 10 ? Math.max(1, Math.floor(members / 2)) : members };
}

/** Arrays of ours that are complete: what they lack. An array that lacks members is reported, never made anew. */
export function keepArrays(inventory: Inventory, wish: RaidWish): LayoutPlan {
  const arrays = inventory.arrays.filter(({ ours, halfMade }) => ours && !halfMade);
  return together(...arrays.map((array) => keepArray(inventory, array, wish)));
}

function keepArray(inventory: Inventory, array: MdArray, wish: RaidWish): LayoutPlan {
  const { members, raidDevices, level, content, active } = array;
  const drives = members.map((path) => driveAt(inventory, path)).filter((drive) => drive !== undefined);
  if (drives.length < members.length || drives.some(({ role, raw }) => role !== 'Local' || raw))
    return NOTHING;
  const short =
    raidDevices > members.length ? `${array.name} has ${members.length} of ${raidDevices} drives` : undefined;
  const differs =
    level === `raid${wish.raid.level}`
      ? {}
      : { drift: `${array.name} is ${level}, not raid${wish.raid.level}` };
  const common = {
    ...NOTHING,
    ...differs,
    ...(short === undefined ? {} : { degraded: short }),
    candidates: members,
  };
  if (short !== undefined && level === 'raid0')
    return { ...refuseAll(members, short), ...differs, degraded: short };
  if (!active || !content) return { ...common, again: true, steps: assemble(array, drives) };
  return together(
    common,
    fill(inventory, content, targetOf(array, content, drives, wish), { ...wish, members }),
  );
}

/** An array that udev has half assembled must be let go of first. */
function assemble({ uuid, name, path }: MdArray, drives: readonly InventoryDrive[]): Step[] {
  const arrayName = name === '' ? arrayNameOf(uuid) : name;
  const stop: Step[] =
    path === undefined
      ? []
      : [{ kind: 'md-stop', name: `stop the inactive array ${path}`, device: path, uuid }];
  const shown = `assemble array /dev/md/${arrayName} from ${drives.map((drive) => drive.path).join(', ')}`;
  const devices = drives.map(({ device }) => device);
  return [...stop, { kind: 'md-assemble', name: shown, arrayName, uuid, devices }];
}

function targetOf(
  { uuid, level, raidDevices, members }: MdArray,
  { path }: Content,
  drives: readonly InventoryDrive[],
  { raid }: RaidWish,
): Target {
  const stripe = stripeOf(level === 'raid10' ? 10 : 0, raidDevices || members.length, parseBytes(raid.chunk));
  const identities = drives.map(({ identity }) => identity);
  return { device: path, shown: path, uuid: filesystemUuidOn(uuid), drives: identities, stripe };
}
