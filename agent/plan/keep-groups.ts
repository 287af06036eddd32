import type { Inventory, InventoryDrive, VolumeGroup } from '../inventory/inventory.ts';
import { driveAt } from './eligible.ts';
import { NOTHING, refuseAll, together, type LayoutPlan } from './layout-plan.ts';
import type { LvmWish } from './lvm-wish.ts';
import { planSlices } from './slices.ts';

/** Volume groups of ours: what they lack. */
export function keepGroups(inventory: Inventory, wish: LvmWish): LayoutPlan {
  const groups = inventory.volumeGroups.filter(({ ours }) => ours);
  return together(...groups.map((group) => keepGroup(inventory, group, wish)));
}

function keepGroup(inventory: Inventory, group: VolumeGroup, wish: LvmWish): LayoutPlan {
  const drives = localMembers(inventory, group);
  if (!drives || group.uuid === undefined) return NOTHING;
  const { name: vgName, uuid, logicalVolumes } = group;
  const differs =
    vgName === wish.lvm.vgName ? {} : { drift: `the volume group is ${vgName}, not ${wish.lvm.vgName}` };
  const common = { ...NOTHING, ...differs, candidates: drives.map(({ path }) => path) };
  return together(common, planSlices(inventory, { uuid, vgName, drives, logicalVolumes }, wish));
}

/**
 * A group of the wanted name over local drives only that another tool has made, such as Materialize's, is what a CSI
 * driver needs and stays as it is. Slices are never carved out of it.
 */
export function acceptGroup({ drives, volumeGroups }: Inventory, { lvm }: LvmWish): LayoutPlan | undefined {
  const group = volumeGroups.find(({ name, ours }) => name === lvm.vgName && !ours);
  if (!group) return undefined;
  const members = localMembers({ drives }, group);
  const shown = group.members.filter((path) =>
    drives.some((drive) => drive.path === path && drive.role === 'Local'),
  );
  if (!members)
    return refuseAll(shown, `volume group ${lvm.vgName} exists already, and not on local drives only`);
  const paths = members.map(({ path }) => path);
  if (lvm.slices > 0)
    return refuseAll(paths, `volume group ${lvm.vgName} was made by someone else and is not carved`);
  return { ...NOTHING, candidates: paths };
}

/** The drives of a group when it has any and all are whole local drives. */
function localMembers(
  inventory: Pick<Inventory, 'drives'>,
  { members }: VolumeGroup,
): InventoryDrive[] | undefined {
  const drives = members.map((path) => driveAt(inventory, path));
  const local = drives.filter((drive) => drive?.role === 'Local' && !drive.raw);
  return local.length > 0 && local.length === members.length
    ? local.filter((drive) => drive !== undefined)
    : undefined;
}
