import type { FilesystemLayout } from '../../api/layout.ts';
import type { Content, Inventory } from '../inventory/inventory.ts';
import { describeSignature } from '../inventory/signature.ts';
import { missingSteps, newFilesystem, ownFilesystemType, volumeOf, type Target } from './filesystem-steps.ts';
import { NOTHING, refuseAll, type LayoutPlan } from './layout-plan.ts';

/**
 * Brings an array or logical volume of ours to a mounted filesystem: makes it where nothing was completed yet, else
 * adds what is missing; refuses what someone else has put there. `members` are the drives below.
 */
export function fill(
  inventory: Inventory,
  content: Content,
  target: Target,
  wish: { filesystem: FilesystemLayout; members: readonly string[] },
): LayoutPlan {
  const { filesystem, members } = wish;
  const fsType = ownFilesystemType(content, target.uuid);
  if (mayBeMade(inventory, content, target.uuid)) {
    const steps = newFilesystem(target, filesystem);
    return { ...NOTHING, steps, volumes: [volumeOf(target, filesystem.type)], candidates: [...members] };
  }
  if (fsType === undefined) return refuseAll(members, obstacle(content));
  return {
    ...NOTHING,
    steps: missingSteps(
      target,
      { fsType, mountPoints: content.mountPoints },
      inventory,
      filesystem.mountOptions,
    ),
    volumes: [volumeOf(target, fsType)],
    candidates: [...members],
    ...(fsType === filesystem.type
      ? {}
      : { drift: `${content.path} carries ${fsType}, not ${filesystem.type}` }),
  };
}

/** Half-made is: blank, or begun by us; not mounted; named by no PersistentVolume; nobody else's signature. */
function mayBeMade({ begun }: Inventory, content: Content, uuid: string): boolean {
  const { signature, mountPoints, volumes, blank, inUse } = content;
  if (inUse || mountPoints.length > 0 || volumes.length > 0) return false;
  if (signature !== undefined && signature.uuid !== uuid) return false;
  return (blank && signature === undefined) || begun.includes(uuid);
}

function obstacle({ path, signature, volumes, inUse }: Content): string {
  if (signature) return `${path} ${describeSignature(signature)}, which is not ours`;
  if (volumes.length > 0)
    return `PersistentVolume ${volumes.join(', ')} names ${path}, but it carries no filesystem of ours`;
  return inUse
    ? `${path} is in use, but not by us`
    : `${path} carries no known signature, but its blocks are not blank`;
}
