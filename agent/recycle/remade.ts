import { CLEAN, VOLUME_IDENTITY } from '../../api/keys.ts';
import type { PersistentVolume } from '../../kube/resources.ts';
import { isReleased } from './decide.ts';

/**
 * Whether a cleaning that makes the filesystem anew was cut off in its middle: a released volume of ours, to be deleted,
 * whose filesystem is on record as begun – which a published one never is otherwise. Its PersistentVolume names nothing
 * then that would be worth keeping, so that planning makes the filesystem as it makes any that was begun.
 */
export function isBeingRemade(object: PersistentVolume, begun: readonly string[]): boolean {
  const { metadata, spec } = object;
  const { [CLEAN]: clean, [VOLUME_IDENTITY]: identity } = metadata?.annotations ?? {};
  const remakes = clean === 'Reformat' || clean === 'Discard' || clean === 'Zero';
  if (!isReleased(object) || spec?.persistentVolumeReclaimPolicy !== 'Delete') return false;
  return remakes && spec.volumeMode !== 'Block' && identity !== undefined && begun.includes(identity);
}
