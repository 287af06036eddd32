import type { InventoryDrive } from '../../inventory/inventory.ts';
import type { KnownVolume } from '../known-volume.ts';

/** PersistentVolumes that name any of these drives. */
export function volumesOn(volumes: readonly KnownVolume[], drives: readonly InventoryDrive[]): KnownVolume[] {
  const names = new Set(drives.flatMap((drive) => drive.volumes));
  return volumes.filter(({ name }) => names.has(name));
}

/** Why a PersistentVolume keeps its drives from being reset, in words; undefined when it may be deleted for it. */
export function volumeObstacle({ name, own, phase, claim }: KnownVolume): string | undefined {
  if (own !== true) return `PersistentVolume ${name}, which is not ours, names it`;
  if (phase === 'Released') return undefined;
  if (phase === 'Available' && claim === undefined) return undefined;
  if (claim !== undefined)
    return `claim ${claim} holds PersistentVolume ${name} (${phase}): delete the claim first`;
  return `PersistentVolume ${name} is ${phase}`;
}
