import { absentVolumes, type AbsentVolume } from '../loss/judge.ts';
import { markAbsent } from '../loss/mark.ts';
import { observeWithOrder } from './consent.ts';
import { intentOf } from './intent.ts';
import { readMachine } from './look.ts';
import type { ReconcileOptions } from './reconcile-options.ts';
import { standingOf, type Standing } from './standing.ts';

/** Marks the volumes that are not there. A loss is marked only when a look of its own proves it again. */
export function markLosses(
  { loss }: Standing,
  options: ReconcileOptions & { signal: AbortSignal },
): Promise<AbsentVolume[]> {
  return markAbsent(absentVolumes(loss), { ...options, judgeAgain: () => judgeAgain(options) });
}

/** From machine and cluster as they are now. */
async function judgeAgain(options: ReconcileOptions & { signal: AbortSignal }): Promise<AbsentVolume[]> {
  const seen = await observeWithOrder(options, options.signal);
  const { spec } = intentOf(seen);
  const snapshot = await readMachine(options.discover, spec, options.signal);
  return absentVolumes(standingOf(snapshot, seen, spec).loss);
}
