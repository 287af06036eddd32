import type { SpdkLayout } from '../../api/layout.ts';
import type { NVMeProfileSpec } from '../../api/profile.ts';
import type { Inventory, InventoryDrive } from '../inventory/inventory.ts';
import { wantsNothing } from './eligible.ts';
import { asRecorded, onEveryNode, planHugepages } from './hugepages.ts';
import { planHandover } from './hand-over.ts';
import { NOTHING, refuseDrives, together, type LayoutPlan } from './layout-plan.ts';
import type { PciBindStep } from './spdk-step.ts';

/** Hugepages on every NUMA node, and blank drives to SPDK. */
export function planSpdk(
  inventory: Inventory,
  drives: readonly InventoryDrive[],
  wish: SpdkLayout,
): LayoutPlan {
  if (drives.length === 0) return NOTHING;
  const why = cannot(inventory, wish);
  if (why !== undefined) return refuseDrives(drives, why);
  const steps = planHugepages(inventory, onEveryNode(wish.hugepages));
  return together({ ...NOTHING, steps }, planHandover(inventory, drives, wish.driver));
}

function cannot({ errors, hugepages }: Inventory, wish: SpdkLayout): string | undefined {
  const error = errors.spdk ?? errors.hugepages ?? errors.pci;
  if (error !== undefined) return `what SPDK has of this machine could not be read: ${error}`;
  const { size, perNUMANode } = wish.hugepages;
  const missing = perNUMANode > 0 && !hugepages.some((pool) => pool.size === size);
  return missing ? `the kernel of this machine has no hugepages of ${size}` : undefined;
}

/** Whether a drive is SPDK's, or was before the machine started again. */
export const isHanded = ({ handed }: InventoryDrive): boolean =>
  handed !== undefined && handed.state !== 'returned';

/**
 * What SPDK has stays its own, as it is: after a reboot its hugepages and drives are handed over again. Only the number
 * of its hugepages follows the profile, while that is of this layout.
 */
export function keepHanded(inventory: Inventory, wish: SpdkLayout, spec: KeepSpec): LayoutPlan {
  const handed = inventory.drives.filter(isHanded);
  const away = handed.filter(({ path, pciAddress }) => path === pciAddress);
  const back = handed.filter((drive) => !away.includes(drive));
  const free = back.filter((drive) => mayGoAgain(drive, spec));
  const held = back.filter((drive) => !free.includes(drive) && drive.state === 'Foreign');
  const pages = wantsNothing(spec) ? asRecorded(inventory) : onEveryNode(wish.hugepages);
  return together(
    { ...NOTHING, steps: planHugepages(inventory, pages) },
    ...away.map((drive) => keepAway(inventory, drive, wish)),
    planHandover(inventory, free, wish.driver),
    ...held.map((drive) => refuseDrives([drive], strange(drive))),
  );
}

type KeepSpec = Pick<NVMeProfileSpec, 'drives' | 'existingData'>;

/** A drive of SPDK's that the kernel has since a reboot. With `Adopt` also one that shows a filesystem made through SPDK. */
function mayGoAgain(
  { role, state, volumes, signature }: InventoryDrive,
  { existingData }: KeepSpec,
): boolean {
  if (role !== 'Local' || volumes.length > 0) return false;
  return state === 'Ours' || (existingData === 'Adopt' && state === 'Foreign' && signature !== undefined);
}

const strange = ({ reason }: InventoryDrive): string =>
  `${reason ?? 'carries something'}, and was SPDK’s before: if SPDK’s users have made that, set existingData: Adopt`;

/** A controller that the kernel has let go of: done, or interrupted on its way. */
function keepAway(inventory: Inventory, { path, handed }: InventoryDrive, wish: SpdkLayout): LayoutPlan {
  if (handed === undefined) return NOTHING;
  const { driver, state, drives, bootID } = handed;
  const bound = inventory.pci.some((device) => device.address === path && device.driver === driver);
  const differs = wish.driver !== 'auto' && wish.driver !== driver;
  const again: PciBindStep = {
    ...{ kind: 'pci-bind', name: `hand ${path} to SPDK: to ${driver}` },
    ...{ address: path, driver, devices: [], drives, bootID, carried: [] },
  };
  return {
    ...NOTHING,
    candidates: [path],
    steps: bound && state === 'bound' ? [] : [again],
    ...(differs ? { drift: `${path} is bound to ${driver}, not ${wish.driver}` } : {}),
  };
}
