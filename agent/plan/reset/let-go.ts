import type { Content } from '../../inventory/inventory.ts';
import { describeSignature } from '../../inventory/signature.ts';
import { mountPathOf } from '../filesystem-steps.ts';
import type { Step } from '../step.ts';

/** How to let go of what is mounted, or why that cannot be. */
export interface LetGo {
  steps: Step[];
  obstacle?: string;
}

/** Unmounts a filesystem of ours; refuses while anyone else, such as a pod, has it mounted, too. */
export function letGoOf(filesystem: {
  shown: string;
  device: string;
  mountPoints: readonly string[];
  uuid: string | undefined;
}): LetGo {
  const { shown, device, mountPoints, uuid } = filesystem;
  const own = uuid === undefined ? undefined : mountPathOf(uuid);
  const other = mountPoints.find((path) => path !== own);
  if (other !== undefined) return { steps: [], obstacle: `${shown} is mounted on ${other}` };
  if (uuid === undefined || own === undefined || mountPoints.length === 0) return { steps: [] };
  return { steps: [{ kind: 'unmount', name: `unmount ${own}`, device, uuid, path: own }] };
}

/** The same for what lies on an array or volume of ours: it must be the filesystem that we make there, or nothing. */
export function letGoOfContent(content: Content, device: string, uuid: string): LetGo {
  const { path, signature, mountPoints, inUse } = content;
  if (signature !== undefined && signature.uuid !== uuid) {
    return { steps: [], obstacle: `${path} ${describeSignature(signature)}, which is not ours` };
  }
  if (inUse && mountPoints.length === 0)
    return { steps: [], obstacle: `${path} is in use, but not mounted by us` };
  return letGoOf({ shown: path, device, mountPoints, uuid });
}
