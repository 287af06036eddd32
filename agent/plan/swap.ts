import type { SwapLayout } from '../../api/layout.ts';
import type { Inventory, InventoryDrive } from '../inventory/inventory.ts';
import { replaceable, stopHalfMade } from './clear.ts';
import { encryptedSwapUuid, swapMappingOf, swapUuid, swapUuidBehind } from './identity.ts';
import { NOTHING, refuseAll, type LayoutPlan } from './layout-plan.ts';
import { kubeletGate, restartStep } from './kubelet-gate.ts';
import type { Step } from './step.ts';
import { planSysctls } from './sysctls.ts';

/** A drive whose swap is to be switched on. */
export interface SwapTarget {
  drive: InventoryDrive;
  /** From what is on the drive now to a swap area. */
  prepare: Step[];
  /** The swap area and its UUID. */
  device: string;
  uuid: string;
}

/** Swap on each of these blank drives. */
export function planSwap(
  inventory: Inventory,
  drives: readonly InventoryDrive[],
  swap: SwapLayout,
): LayoutPlan {
  const targets = drives.map((drive) => {
    const target = swap.encrypt ? encryptedTarget(inventory, drive) : plainTarget(inventory, drive);
    return { ...target, prepare: [...stopHalfMade(inventory, [drive]), ...target.prepare] };
  });
  return switchOn(inventory, targets, swap);
}

/**
 * Switches swap on, in the order that keeps the kubelet alive: it allows swap, then swap comes, then it is restarted
 * once more, because it reads the size of swap at its start only.
 */
export function switchOn(inventory: Inventory, targets: readonly SwapTarget[], swap: SwapLayout): LayoutPlan {
  if (targets.length === 0) return NOTHING;
  const paths = targets.map(({ drive }) => drive.path);
  const gate = kubeletGate(inventory, swap);
  if (gate.blocked !== undefined) return { ...refuseAll(paths, gate.blocked), blocked: gate.blocked };
  const sysctls = planSysctls(inventory, swap);
  const steps = targets.flatMap(({ drive, prepare, device, uuid }): Step[] => [
    ...prepare,
    { kind: 'swapon', name: `switch swap on ${drive.path} on`, device, uuid, kubelet: gate.kubelet },
  ]);
  return {
    ...NOTHING,
    ...sysctls,
    steps: [...gate.steps, ...steps, ...sysctls.steps, ...restartStep(inventory, gate, swap)],
    candidates: paths,
  };
}

function plainTarget(inventory: Inventory, drive: InventoryDrive): SwapTarget {
  const { device, path, identity } = drive;
  const uuid = swapUuid(inventory.machineID, identity);
  const name = `make swap area on ${path}`;
  return {
    drive,
    device,
    uuid,
    prepare: [{ kind: 'mkswap', name, device, uuid, replaces: replaceable(inventory, [drive]) }],
  };
}

function encryptedTarget(inventory: Inventory, drive: InventoryDrive): SwapTarget {
  const { device, path, identity } = drive;
  const uuid = encryptedSwapUuid(inventory.machineID, identity);
  const name = `mark ${path} as encrypted swap`;
  const mark: Step = { kind: 'mark-swap', name, device, uuid, replaces: replaceable(inventory, [drive]) };
  const behind = targetBehind(drive, uuid, { open: false, formatted: false });
  return { ...behind, prepare: [mark, ...behind.prepare] };
}

/** From the mark on a drive to swap under a random key; what is there of it in this boot is kept. */
export function targetBehind(
  drive: InventoryDrive,
  markUuid: string,
  { open, formatted }: { open: boolean; formatted: boolean },
): SwapTarget {
  const { device, path, size } = drive;
  const mapping = swapMappingOf(markUuid);
  const mapped = `/dev/mapper/${mapping}`;
  const uuid = swapUuidBehind(markUuid);
  const openStep: Step = {
    kind: 'crypt-open',
    name: `encrypt ${path} with a new random key as ${mapped}`,
    device,
    mapping,
    uuid: markUuid,
    sectorSize: size % 4096 === 0 ? 4096 : 512,
  };
  const name = `make swap area on ${mapped}`;
  const make: Step = { kind: 'mkswap', name, device: mapped, uuid, replaces: [], mappingOf: device };
  return {
    drive,
    device: mapped,
    uuid,
    prepare: [...(open ? [] : [openStep]), ...(formatted ? [] : [make])],
  };
}
