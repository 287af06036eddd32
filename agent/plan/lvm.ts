import type { Inventory, InventoryDrive } from '../inventory/inventory.ts';
import { replaceable, stopHalfMade } from './clear.ts';
import { physicalVolumeUuid, tagOf, volumeGroupUuid } from './identity.ts';
import { NOTHING, refuseAll, type LayoutPlan } from './layout-plan.ts';
import type { KnownVolume } from './known-volume.ts';
import type { LvmWish } from './lvm-wish.ts';
import { MOST_SLICES, planSlices, sliceFilesystemUuid } from './slices.ts';
import type { Step } from './step.ts';

/** One volume group over all of these blank drives, carved into slices when that is wanted. */
export function planVolumeGroup(
  inventory: Inventory,
  drives: readonly InventoryDrive[],
  wish: LvmWish,
): LayoutPlan {
  if (drives.length === 0) return NOTHING;
  const { vgName } = wish.lvm;
  const paths = drives.map(({ path }) => path);
  if (inventory.groupsUnread !== undefined) {
    return refuseAll(paths, `a volume group ${vgName} may exist already: ${inventory.groupsUnread}`);
  }
  const taken = inventory.volumeGroups.find(({ name }) => name === vgName);
  if (taken) return refuseAll(paths, `volume group ${vgName} exists already, on ${taken.members.join(', ')}`);
  const identities = drives.map(({ identity }) => identity);
  const uuid = volumeGroupUuid(inventory.machineID, vgName, identities);
  const lost = lostSlice(inventory, uuid);
  if (lost)
    return refuseAll(paths, `PersistentVolume ${lost.name} is a slice of these drives, but they are blank`);
  const slices = planSlices(inventory, { uuid, vgName, drives, logicalVolumes: [] }, wish);
  return {
    ...slices,
    steps: [
      ...stopHalfMade(inventory, drives),
      ...drives.flatMap((drive) => createPhysicalVolume(inventory, drive)),
      {
        kind: 'vg-create',
        name: `create volume group ${vgName} over ${paths.join(', ')}`,
        vgName,
        tag: tagOf(uuid),
        devices: drives.map(({ device }) => device),
      },
      ...slices.steps,
    ],
    candidates: slices.refusals.length > 0 ? [] : paths,
  };
}

/** Nothing for a drive that carries our physical volume already: only its group was not made yet. */
function createPhysicalVolume(inventory: Inventory, drive: InventoryDrive): Step[] {
  const { device, path, identity, signature } = drive;
  if (signature?.type === 'LVM2_member') return [];
  const uuid = physicalVolumeUuid(inventory.machineID, identity);
  const name = `create physical volume on ${path}`;
  return [{ kind: 'pv-create', name, device, uuid, replaces: replaceable(inventory, [drive]) }];
}

/** A PersistentVolume that lay on the group these drives would make: its machine came back without its data. */
function lostSlice({ volumes }: Inventory, groupUuid: string): KnownVolume | undefined {
  const identities = Array.from({ length: MOST_SLICES }, (_, index) => sliceFilesystemUuid(groupUuid, index));
  return volumes.find(({ identity }) => identity !== undefined && identities.includes(identity));
}
