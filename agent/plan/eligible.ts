import type { NVMeProfileSpec } from '../../api/profile.ts';
import type { Inventory, InventoryDrive } from '../inventory/inventory.ts';

/**
 * Whether set-up may write to a drive: local, wanted, and either proven free or half-made by us, and named by no
 * PersistentVolume. The one place where this is decided.
 */
export function mayBeWritten(drive: InventoryDrive): boolean {
  if (drive.role !== 'Local' || !drive.selected || drive.volumes.length > 0) return false;
  return drive.state === 'Free' || (drive.state === 'Ours' && drive.halfMade);
}

/** The drives that set-up may write to, in a fixed order; beside its own rule those that were given up. */
export function writableDrives(
  { drives }: Inventory,
  isGivenUp: (drive: InventoryDrive) => boolean = () => false,
): InventoryDrive[] {
  return drives
    .filter((drive) => mayBeWritten(drive) || isGivenUp(drive))
    .sort((a, b) => (a.identity < b.identity ? -1 : 1));
}

/** A wanted local drive that could not be read: what spans all drives has to wait for it. */
export function unreadDrive({ drives }: Inventory): InventoryDrive | undefined {
  return drives.find(({ role, state, selected }) => role === 'Local' && selected && state === 'Unknown');
}

/** The drive with a kernel path. */
export function driveAt({ drives }: Pick<Inventory, 'drives'>, path: string): InventoryDrive | undefined {
  return drives.find((drive) => drive.path === path);
}

/** Whether a profile wants any drive at all; while nothing may begin the agent plans as if it wanted none. */
export const wantsNothing = ({ drives }: Pick<NVMeProfileSpec, 'drives'>): boolean =>
  drives.exclude.includes('*');
