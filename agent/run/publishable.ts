import type { PlannedVolume } from '../plan/planned.ts';
import type { Snapshot } from '../../api/snapshot.ts';
import { intentOf } from './intent.ts';
import { planFor } from './look.ts';
import type { Observation } from './observe.ts';

/**
 * The volumes that may be published now. Filesystems count once they are mounted; offering a drive raw is what its set-up
 * consists of, so that it needs the same leave – or was done before, and only its PersistentVolume is missing, as after a
 * crash between two of its lives.
 */
export function publishable(snapshot: Snapshot, seen: Observation, failed: boolean): PlannedVolume[] {
  const { spec, mayBegin } = intentOf(seen);
  const known = new Set(seen.nvme.status?.volumes?.map(({ identity }) => identity));
  const mayOffer = (identity: string): boolean =>
    !failed && (mayBegin || (seen.pause === undefined && known.has(identity)));
  const { volumes } = planFor(snapshot, seen, spec);
  return volumes.filter(
    (volume) => volume.mode === 'Filesystem' || volume.published || mayOffer(volume.identity),
  );
}
