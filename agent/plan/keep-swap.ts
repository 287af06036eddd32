import type { SwapLayout } from '../../api/layout.ts';
import type { Inventory, InventoryDrive, SwapArea } from '../inventory/inventory.ts';
import { driveAt } from './eligible.ts';
import { kubeletGate, restartStep } from './kubelet-gate.ts';
import { NOTHING, refuseAll, together, type LayoutPlan } from './layout-plan.ts';
import { switchOn, targetBehind, type SwapTarget } from './swap.ts';
import { planSysctls } from './sysctls.ts';

interface OnDrive {
  area: SwapArea;
  drive: InventoryDrive;
}

/** Swap of ours: what is off is switched on, and what is on is kept known to the kubelet. */
export function keepSwap(inventory: Inventory, swap: SwapLayout): LayoutPlan {
  const own = onDrives(inventory, ({ ours }) => ours);
  const [named, free] = [own.filter(isNamed), own.filter((one) => !isNamed(one))];
  const off = free.filter(({ area }) => !area.active);
  const on = free.filter(({ area }) => area.active);
  return together(
    ...named.map(refuseNamed),
    switchOn(inventory, off.map(targetOf), swap),
    upkeep(inventory, on, swap),
    drift(own, swap),
  );
}

/**
 * Swap that someone else has switched on over whole local drives, such as Materialize's tool, is what was asked for and
 * stays as it is.
 */
export function acceptSwap(inventory: Inventory, swap: SwapLayout): LayoutPlan {
  const others = onDrives(inventory, ({ ours, active }) => !ours && active);
  const accepted = others.filter((one) => one.drive.selected && !isNamed(one));
  if (accepted.length === 0) return NOTHING;
  return { ...NOTHING, ...planSysctls(inventory, swap), candidates: accepted.map(({ drive }) => drive.path) };
}

function onDrives(inventory: Inventory, wanted: (area: SwapArea) => boolean): OnDrive[] {
  return inventory.swapAreas.filter(wanted).flatMap((area) => {
    const drive = driveAt(inventory, area.drive);
    return drive === undefined ? [] : [{ area, drive }];
  });
}

const isNamed = ({ drive }: OnDrive): boolean => drive.volumes.length > 0;

function refuseNamed({ drive }: OnDrive): LayoutPlan {
  return refuseAll([drive.path], `PersistentVolume ${drive.volumes[0] ?? ''} names it, but it is swap`);
}

function targetOf({ area, drive }: OnDrive): SwapTarget {
  const uuid = area.uuid ?? '';
  if (area.encrypted) return targetBehind(drive, uuid, area);
  return { drive, device: drive.device, uuid, prepare: [] };
}

/** A kubelet whose files were changed back is mended before its next start, and one that is older than the swap restarted. */
function upkeep(inventory: Inventory, on: readonly OnDrive[], swap: SwapLayout): LayoutPlan {
  if (on.length === 0) return NOTHING;
  const gate = kubeletGate(inventory, swap);
  const sysctls = planSysctls(inventory, swap);
  const restart = inventory.kubelet?.sawSwap === false ? restartStep(inventory, gate, swap) : [];
  return together(
    { ...NOTHING, candidates: on.map(({ drive }) => drive.path), steps: [...gate.steps, ...restart] },
    { ...NOTHING, ...sysctls },
    gate.blocked === undefined ? NOTHING : { ...NOTHING, degraded: `swap is on, but ${gate.blocked}` },
  );
}

function drift(own: readonly OnDrive[], { encrypt }: SwapLayout): LayoutPlan {
  const other = own.filter(({ area }) => area.encrypted !== encrypt).map(({ drive }) => drive.path);
  const priorities = new Set(own.flatMap(({ area }) => area.priority ?? []));
  return together(
    other.length === 0
      ? NOTHING
      : { ...NOTHING, drift: `swap on ${other.join(', ')} is ${encrypt ? 'not ' : ''}encrypted` },
    priorities.size < 2
      ? NOTHING
      : { ...NOTHING, drift: `swap areas have different priorities: ${[...priorities].join(', ')}` },
  );
}
