import type { LayoutType } from '../../api/layout.ts';
import type { NVMeProfileSpec } from '../../api/profile.ts';
import type { Inventory, InventoryDrive } from '../inventory/inventory.ts';
import { planBlock } from './block.ts';
import { driveAt, unreadDrive, writableDrives } from './eligible.ts';
import { mayBeWiped, wipeSteps } from './existing-data.ts';
import { planFilesystems } from './filesystem.ts';
import { acceptGroup } from './keep-groups.ts';
import { acceptSwap } from './keep-swap.ts';
import { NOTHING, refuseDrives, together, type LayoutPlan } from './layout-plan.ts';
import { planVolumeGroup } from './lvm.ts';
import type { PlanRequest } from './request.ts';
import { planRaid } from './raid.ts';
import { planSpdk } from './spdk.ts';
import { planSwap } from './swap.ts';
import { wishOf } from './wish.ts';

const WAY_OUT = 'drain the node, reset it and set it up again';

/** The wanted layout on drives that may be written to. `present` are the types of what is kept of ours. */
export function planFresh(
  inventory: Inventory,
  { spec, consent = {} }: PlanRequest,
  present: ReadonlySet<LayoutType>,
): LayoutPlan {
  const { type } = spec.layout;
  const drives = writableDrives(inventory, (drive) => mayBeWiped(drive, spec, consent));
  const accepted = type === 'LVM' ? acceptGroup(inventory, wishOf(spec.layout)) : undefined;
  if (accepted)
    return together(accepted, refuseDrives(drives, `the volume group was made without it: ${WAY_OUT}`));
  const why = drives.length === 0 ? undefined : obstacle(inventory, spec, present, drives.length);
  const fresh =
    why === undefined
      ? withWipes(inventory, drives, layOut(inventory, spec, drives))
      : refuseDrives(drives, why);
  return type === 'Swap' ? together(acceptSwap(inventory, wishOf(spec.layout).swap), fresh) : fresh;
}

/** Why no drive of this node may be set up now, in words. */
function obstacle(
  inventory: Inventory,
  { layout: { type }, drives: { minCount } }: NVMeProfileSpec,
  present: ReadonlySet<LayoutType>,
  usable: number,
): string | undefined {
  if (inventory.standDown !== undefined) return inventory.standDown;
  const other = [...present].find((found) => found !== type);
  if (other !== undefined) return `the node carries our ${other} layout, not ${type}: ${WAY_OUT}`;
  // What spans all drives is made once, over all of them.
  if (type === 'Filesystem' || type === 'Swap' || type === 'Block' || type === 'SPDK') return undefined;
  const unread = unreadDrive(inventory);
  if (unread) return `waits for ${unread.path}: ${unread.reason ?? 'it was not read'}`;
  if (present.has(type) || usable >= minCount) return undefined;
  return `${usable} usable drives, but drives.minCount is ${minCount}`;
}

/** What is on drives of others goes before anything is made there. */
function withWipes(inventory: Inventory, drives: readonly InventoryDrive[], plan: LayoutPlan): LayoutPlan {
  const used = drives.filter(({ path }) => plan.candidates.includes(path));
  return together({ ...NOTHING, steps: wipeSteps(inventory, used) }, plan);
}

function layOut(
  inventory: Inventory,
  { layout }: NVMeProfileSpec,
  drives: readonly InventoryDrive[],
): LayoutPlan {
  const wish = wishOf(layout);
  switch (layout.type) {
    case 'Filesystem':
      return planFilesystems(inventory, drives, wish.filesystem);
    case 'SPDK':
      return planSpdk(inventory, drives, wish.spdk);
    case 'Block':
      return planBlock(drives);
    case 'RAID': {
      const late = drives.filter((drive) => hasArray(inventory, drive, wish.raid.perNUMANode));
      const rest = drives.filter((drive) => !late.includes(drive));
      const refused = refuseDrives(late, `the array was made without it: ${WAY_OUT}`);
      return together(planRaid(inventory, rest, wish), refused);
    }
    case 'Swap':
      return planSwap(inventory, drives, wish.swap);
    default: {
      const made = inventory.volumeGroups.some(({ ours }) => ours);
      if (made) return refuseDrives(drives, `the volume group was made without it: ${WAY_OUT}`);
      return planVolumeGroup(inventory, drives, wish);
    }
  }
}

/** Whether the array that a drive would belong to is there already, without it. */
function hasArray(inventory: Inventory, { numaNode }: InventoryDrive, perNode: boolean): boolean {
  const made = inventory.arrays.filter(({ ours, halfMade }) => ours && !halfMade);
  if (!perNode) return made.length > 0;
  const nodes = made.flatMap(({ members }) => members.map((path) => driveAt(inventory, path)?.numaNode));
  return nodes.includes(numaNode);
}
