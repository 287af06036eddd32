import { formatBytes } from '../../api/quantity.ts';
import type { Inventory, InventoryDrive, LogicalVolume } from '../inventory/inventory.ts';
import { EXTENT_BYTES, LV_STRIPE_BYTES, sliceExtents } from './extents.ts';
import { newFilesystem, volumeOf, type Target } from './filesystem-steps.ts';
import { fill } from './fill.ts';
import { filesystemUuidOn, logicalVolumeUuid, tagOf } from './identity.ts';
import { NOTHING, refuseAll, together, type LayoutPlan } from './layout-plan.ts';
import type { LvmWish } from './lvm-wish.ts';

/** A volume group of ours, there or about to be made. */
export interface OwnGroup {
  uuid: string;
  vgName: string;
  drives: readonly InventoryDrive[];
  logicalVolumes: readonly LogicalVolume[];
}

/** The wanted number of equal logical volumes with a filesystem each: what is missing of them. */
export function planSlices(inventory: Inventory, group: OwnGroup, wish: LvmWish): LayoutPlan {
  const { slices } = wish.lvm;
  const paths = group.drives.map(({ path }) => path);
  const own = group.logicalVolumes.filter((volume) => isOwnSlice(group, volume));
  const names = new Set(Array.from({ length: slices }, (_, index) => sliceName(index)));
  const kept = own.map((volume) => keepSlice(inventory, group, volume, wish));
  const extents = sliceExtents(
    group.drives.map(({ size }) => size),
    slices,
  );
  if (slices > 0 && extents === 0) {
    return refuseAll(paths, `too small for ${slices} slices of at least ${formatBytes(EXTENT_BYTES)} each`);
  }
  const drift = differs(group, own, names, extents);
  if (drift !== undefined) return together(...kept, { ...NOTHING, drift });
  const missing = [...names].filter((name) => !own.some((volume) => volume.name === name));
  return together(...kept, ...missing.map((name) => makeSlice(group, name, extents, wish)));
}

/** Why the group's volumes cannot become the wanted slices, in words. */
function differs(
  group: OwnGroup,
  own: readonly LogicalVolume[],
  names: ReadonlySet<string>,
  extents: number,
) {
  const { vgName, logicalVolumes } = group;
  const foreign = logicalVolumes.find((volume) => !own.includes(volume));
  if (foreign && names.size > 0) return `volume group ${vgName} holds ${foreign.name}, which is not ours`;
  const bytes = extents * EXTENT_BYTES;
  const other = own.find(({ name, content }) => !names.has(name) || (content && content.size !== bytes));
  return other && `volume group ${vgName} is carved otherwise than into ${names.size} slices`;
}

function isOwnSlice({ uuid }: OwnGroup, { name, tags }: LogicalVolume): boolean {
  return tags.includes(tagOf(logicalVolumeUuid(uuid, name)));
}

function keepSlice(inventory: Inventory, group: OwnGroup, volume: LogicalVolume, wish: LvmWish): LayoutPlan {
  const { vgName } = group;
  const members = group.drives.map(({ path }) => path);
  if (!volume.active || !volume.content) {
    const devices = group.drives.map(({ device }) => device);
    const name = `activate volume group ${vgName}`;
    return {
      ...NOTHING,
      again: true,
      candidates: members,
      steps: [{ kind: 'vg-activate', name, vgName, devices }],
    };
  }
  return fill(inventory, volume.content, targetOf(group, volume.name), { ...wish, members });
}

function makeSlice(group: OwnGroup, lvName: string, extents: number, { filesystem }: LvmWish): LayoutPlan {
  const { vgName, drives } = group;
  const target = targetOf(group, lvName);
  const tag = tagOf(logicalVolumeUuid(group.uuid, lvName));
  const name = `create logical volume ${vgName}/${lvName} of ${formatBytes(extents * EXTENT_BYTES)}`;
  return {
    ...NOTHING,
    steps: [
      { kind: 'lv-create', name, vgName, lvName, tag, extents, stripes: drives.length },
      ...newFilesystem(target, filesystem),
    ],
    volumes: [volumeOf(target, filesystem.type)],
    candidates: drives.map(({ path }) => path),
  };
}

function targetOf({ uuid, vgName, drives }: OwnGroup, lvName: string): Target {
  const device = `/dev/${vgName}/${lvName}`;
  const stripe = { chunkBytes: LV_STRIPE_BYTES, dataMembers: drives.length };
  return {
    device,
    shown: device,
    uuid: filesystemUuidOn(logicalVolumeUuid(uuid, lvName)),
    drives: drives.map(({ identity }) => identity),
    ...(drives.length > 1 ? { stripe } : {}),
  };
}

/** UUID of the filesystem on a slice of a group. */
export function sliceFilesystemUuid(groupUuid: string, index: number): string {
  return filesystemUuidOn(logicalVolumeUuid(groupUuid, sliceName(index)));
}

/** More slices than anyone carves; bounds the search for lost ones. */
export const MOST_SLICES = 256;

const sliceName = (index: number): string => `slice-${index}`;
