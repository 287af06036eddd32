import { layoutWithDefaults } from '../../api/defaults.ts';
import type { LayoutType } from '../../api/layout.ts';
import type { NVMeProfileSpec } from '../../api/profile.ts';
import type { Inventory, InventoryDrive } from '../inventory/inventory.ts';
import { isHandedOut, keepBlock } from './block.ts';
import { mayBeAdopted } from './existing-data.ts';
import { carriesOwnFilesystem, keepFilesystems } from './filesystem.ts';
import { keepGroups } from './keep-groups.ts';
import { refuseAll, together, type LayoutPlan } from './layout-plan.ts';
import { keepSwap } from './keep-swap.ts';
import { keepArrays } from './raid.ts';
import { isHanded, keepHanded } from './spdk.ts';
import { wishOf } from './wish.ts';

/** What is kept of ours, and the types of layout that were found. */
export interface Kept extends LayoutPlan {
  present: ReadonlySet<LayoutType>;
}

/** Assembles, activates and mounts whatever is ours, as it is: where it differs from the wish that is only told. */
export function keepExisting(inventory: Inventory, spec: NVMeProfileSpec): Kept {
  const present = typesPresent(inventory, spec);
  const parts = [...present].map((type) =>
    type === spec.layout.type ? keep(inventory, type, spec) : keepOther(inventory, type, spec),
  );
  return { ...together(...parts), present };
}

function typesPresent(inventory: Inventory, spec: NVMeProfileSpec): Set<LayoutType> {
  const { drives, arrays, volumeGroups, swapAreas } = inventory;
  const types = new Set<LayoutType>();
  const isAdopted = adoption(inventory, spec);
  if (drives.some((drive) => carriesOwnFilesystem(drive) || isAdopted(drive))) types.add('Filesystem');
  if (arrays.some(({ ours, halfMade }) => ours && !halfMade)) types.add('RAID');
  if (volumeGroups.some(({ ours }) => ours)) types.add('LVM');
  if (drives.some(isHanded)) types.add('SPDK');
  if (drives.some(isHandedOut)) types.add('Block');
  if (swapAreas.some(({ ours }) => ours)) types.add('Swap');
  return types;
}

/** Which drives are taken over: none where the platform owns them, however empty they are. */
function adoption(
  { standDown }: Inventory,
  spec: Pick<NVMeProfileSpec, 'layout' | 'existingData'>,
): (drive: InventoryDrive) => boolean {
  return (drive) => standDown === undefined && mayBeAdopted(drive, spec);
}

function keep(
  inventory: Inventory,
  type: LayoutType,
  spec: Pick<NVMeProfileSpec, 'layout' | 'existingData' | 'drives'>,
): LayoutPlan {
  const wish = wishOf(spec.layout);
  switch (type) {
    case 'Filesystem':
      return keepFilesystems(inventory, wish.filesystem, adoption(inventory, spec));
    case 'RAID':
      return keepArrays(inventory, wish);
    case 'SPDK':
      return keepHanded(inventory, wish.spdk, spec);
    case 'Block':
      return keepBlock(inventory);
    case 'Swap':
      return keepSwap(inventory, wish.swap);
    default:
      return keepGroups(inventory, wish);
  }
}

/** A layout of ours of another type than the wanted one: kept under its own defaults, told as drift. */
function keepOther(inventory: Inventory, type: LayoutType, spec: NVMeProfileSpec): LayoutPlan {
  const { steps, volumes, candidates, refusals, degraded, again } = keep(inventory, type, {
    layout: layoutWithDefaults({ type }),
    // Only where Filesystem is wanted is a filesystem of someone else's taken over, however empty it is.
    existingData: 'Refuse',
    drives: { ...spec.drives, exclude: ['*'] },
  });
  const drift = `carries our ${type} layout, not ${spec.layout.type}: drain the node, reset it and set it up again`;
  return {
    steps,
    volumes,
    candidates: [],
    refusals: [...refusals, ...refuseAll(candidates, drift).refusals],
    drift: `the node ${drift}`,
    ...(degraded === undefined ? {} : { degraded }),
    ...(again ? { again } : {}),
  };
}
