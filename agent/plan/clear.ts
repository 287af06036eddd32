import type { Inventory, InventoryDrive } from '../inventory/inventory.ts';
import { clearedUuid } from './identity.ts';
import type { Step } from './step.ts';

/** Lets go of half-made arrays of ours over any of these drives, so that they can be written to. */
export function stopHalfMade({ arrays }: Inventory, drives: readonly InventoryDrive[]): Step[] {
  const paths = new Set(drives.map(({ path }) => path));
  const held = arrays.filter(({ halfMade, members }) => halfMade && members.some((path) => paths.has(path)));
  return held.flatMap(({ path, uuid }): Step[] => {
    if (path === undefined) return [];
    return [{ kind: 'md-stop', name: `stop the half-made array ${path}`, device: path, uuid }];
  });
}

/**
 * What is half-made of ours on drives, or was given up there, and may be overwritten by a program that makes something else there. mkfs,
 * mdadm and pvcreate each overwrite or outrank the others' signatures, so that none has to be wiped before.
 */
export function replaceable(
  { machineID, begun }: Pick<Inventory, 'machineID' | 'begun'>,
  drives: readonly InventoryDrive[],
): string[] {
  const uuids = drives.flatMap(({ halfMade, signature }) => (halfMade ? (signature?.uuid ?? []) : []));
  const cleared = drives
    .map(({ identity }) => clearedUuid(machineID, identity))
    .filter((uuid) => begun.includes(uuid));
  return [...new Set([...uuids, ...cleared])];
}
