import type { FilesystemLayout } from '../../api/layout.ts';
import type { Inventory, InventoryDrive } from '../inventory/inventory.ts';
import { replaceable, stopHalfMade } from './clear.ts';
import { missingSteps, newFilesystem, volumeOf, type Target } from './filesystem-steps.ts';
import { driveFilesystemUuid } from './identity.ts';
import { NOTHING, together, type LayoutPlan } from './layout-plan.ts';

/** One filesystem on each of these blank drives. */
export function planFilesystems(
  inventory: Inventory,
  drives: readonly InventoryDrive[],
  filesystem: FilesystemLayout,
): LayoutPlan {
  const parts = drives.map((drive) => {
    const target = targetOn(drive, driveFilesystemUuid(inventory.machineID, drive.identity));
    return {
      ...NOTHING,
      steps: [
        ...stopHalfMade(inventory, [drive]),
        ...newFilesystem(target, filesystem, replaceable(inventory, [drive])),
      ],
      volumes: [volumeOf(target, filesystem.type)],
      candidates: [drive.path],
    };
  });
  return together(...parts);
}

/** Drives that carry a completed filesystem of ours each: what they lack. */
export function keepFilesystems(
  inventory: Inventory,
  filesystem: FilesystemLayout,
  isAdopted: (drive: InventoryDrive) => boolean = () => false,
): LayoutPlan {
  const { drives } = inventory;
  const kept = drives.filter((drive) => carriesOwnFilesystem(drive) || isAdopted(drive));
  return together(...kept.map((drive) => keepOne(inventory, drive, filesystem)));
}

/** Whether a drive carries a completed filesystem of ours. */
export function carriesOwnFilesystem({ role, state, halfMade, raw, signature }: InventoryDrive): boolean {
  const type = signature?.type;
  return (
    role === 'Local' &&
    (state === 'Ours' || state === 'Bound') &&
    !halfMade &&
    !raw &&
    (type === 'ext4' || type === 'xfs')
  );
}

function keepOne(inventory: Inventory, drive: InventoryDrive, filesystem: FilesystemLayout): LayoutPlan {
  const { type, uuid } = drive.signature ?? {};
  if (uuid === undefined || (type !== 'ext4' && type !== 'xfs')) return NOTHING;
  const target = targetOn(drive, uuid);
  const { mountPoints } = drive;
  return {
    ...NOTHING,
    steps: missingSteps(target, { fsType: type, mountPoints }, inventory, filesystem.mountOptions),
    volumes: [volumeOf(target, type)],
    candidates: [drive.path],
    ...(type === filesystem.type ? {} : { drift: `${drive.path} carries ${type}, not ${filesystem.type}` }),
  };
}

const targetOn = ({ device, path, identity }: InventoryDrive, uuid: string): Target => ({
  device,
  shown: path,
  uuid,
  drives: [identity],
});
