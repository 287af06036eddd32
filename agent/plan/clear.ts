import type { Inventory, InventoryDrive, MdArray } from '../inventory/inventory.ts';
import type { Step } from './step.ts';

/**
 * Lets go of half-made arrays of ours, and removes half-made signatures that the next program would leave beside its
 * own, which nobody could tell apart later. `keep` names a signature type that the next program takes over.
 */
export function clearHalfMade(
  inventory: Inventory,
  drives: readonly InventoryDrive[],
  keep?: string,
): Step[] {
  const paths = new Set(drives.map(({ path }) => path));
  const arrays = inventory.arrays.filter(
    ({ halfMade, members }) => halfMade && members.some((path) => paths.has(path)),
  );
  return [...arrays.flatMap(stop), ...drives.flatMap((drive) => wipe(drive, keep))];
}

function stop({ path, uuid }: MdArray): Step[] {
  if (path === undefined) return [];
  return [{ kind: 'md-stop', name: `stop the half-made array ${path}`, device: path, uuid }];
}

function wipe({ device, path, signature, halfMade }: InventoryDrive, keep: string | undefined): Step[] {
  if (!halfMade || signature?.uuid === undefined || signature.type === keep) return [];
  const name = `remove the half-made ${signature.type} signature from ${path}`;
  return [{ kind: 'wipe-signatures', name, device, uuid: signature.uuid }];
}
