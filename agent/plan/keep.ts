import { layoutWithDefaults } from '../../api/defaults.ts';
import type { LayoutType } from '../../api/layout.ts';
import type { NVMeProfileSpec } from '../../api/profile.ts';
import type { Inventory } from '../inventory/inventory.ts';
import { carriesOwnFilesystem, keepFilesystems } from './filesystem.ts';
import { keepGroups } from './keep-groups.ts';
import { refuseAll, together, type LayoutPlan } from './layout-plan.ts';
import { keepArrays } from './raid.ts';
import { wishOf } from './wish.ts';

/** What is kept of ours, and the types of layout that were found. */
export interface Kept extends LayoutPlan {
  present: ReadonlySet<LayoutType>;
}

/** Assembles, activates and mounts whatever is ours, as it is: where it differs from the wish that is only told. */
export function keepExisting(inventory: Inventory, spec: NVMeProfileSpec): Kept {
  const present = typesPresent(inventory);
  const parts = [...present].map((type) =>
    type === spec.layout.type ? keep(inventory, type, spec) : keepOther(inventory, type, spec),
  );
  return { ...together(...parts), present };
}

function typesPresent({ drives, arrays, volumeGroups }: Inventory): Set<LayoutType> {
  const types = new Set<LayoutType>();
  if (drives.some(carriesOwnFilesystem)) types.add('Filesystem');
  if (arrays.some(({ ours, halfMade }) => ours && !halfMade)) types.add('RAID');
  if (volumeGroups.some(({ ours }) => ours)) types.add('LVM');
  return types;
}

function keep(
  inventory: Inventory,
  type: LayoutType,
  { layout }: Pick<NVMeProfileSpec, 'layout'>,
): LayoutPlan {
  const wish = wishOf(layout);
  switch (type) {
    case 'Filesystem':
      return keepFilesystems(inventory, wish.filesystem);
    case 'RAID':
      return keepArrays(inventory, wish);
    default:
      return keepGroups(inventory, wish);
  }
}

/** A layout of ours of another type than the wanted one: kept under its own defaults, told as drift. */
function keepOther(inventory: Inventory, type: LayoutType, { layout }: NVMeProfileSpec): LayoutPlan {
  const { steps, volumes, candidates, refusals, degraded, again } = keep(inventory, type, {
    layout: layoutWithDefaults({ type }),
  });
  const drift = `carries our ${type} layout, not ${layout.type}: drain the node, reset it and set it up again`;
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
