import type { VolumeStatus } from '../../api/node.ts';
import type { Logger } from '../../logging/logger.ts';
import { wishOf } from '../plan/wish.ts';
import type { PlannedVolume } from '../plan/planned.ts';
import { isReleased } from '../recycle/decide.ts';
import { judgeReleased, type Released } from '../recycle/evidence.ts';
import { recycle, type Outcome } from '../recycle/recycle.ts';
import { observeWithOrder } from './consent.ts';
import { intentOf } from './intent.ts';
import { look } from './look.ts';
import type { Observation } from './observe.ts';
import type { ReconcileOptions } from './reconcile-options.ts';

/** Judges every volume of the plan whose PersistentVolume is released. */
export async function judgeAll(
  volumes: readonly PlannedVolume[],
  statuses: readonly VolumeStatus[],
  seen: Observation,
  { kube, host, signal }: ReconcileOptions & { signal: AbortSignal },
): Promise<Released[]> {
  const candidates = new Set(seen.volumes.filter(isReleased).map(({ metadata }) => metadata?.name));
  const judged: (Released | undefined)[] = [];
  for (const { name, identity } of statuses.filter((one) => candidates.has(one.name))) {
    const volume = volumes.find((one) => one.identity === identity);
    if (volume)
      judged.push(
        await judgeReleased(volume, name, { kube, host, paused: seen.pause !== undefined, signal }),
      );
  }
  return judged.filter((one) => one !== undefined);
}

/** The statuses with what becomes of the released volumes. */
export function withReleased(
  statuses: readonly VolumeStatus[],
  released: readonly Released[],
): VolumeStatus[] {
  return statuses.map((status) => {
    const found = released.find(({ object }) => object.metadata?.name === status.name);
    if (found === undefined) return status;
    const { recycling } = found;
    return 'held' in recycling ? { ...status, reason: recycling.held } : { ...status, state: 'Cleaning' };
  });
}

/** Cleans one released volume; judged anew from machine and cluster as they are once the write lock is held. */
export async function recycleOne(
  { volume, object }: Released,
  options: ReconcileOptions & { signal: AbortSignal },
): Promise<Outcome> {
  const { kube, host, clock, logger, discover, signal } = options;
  const name = object.metadata?.name ?? '';
  const seen = await observeWithOrder(options, signal);
  const { filesystem } = wishOf(intentOf(seen).spec.layout);
  const verify = async (): Promise<Released | undefined> => {
    const now = await observeWithOrder(options, signal);
    const { planned } = await look(discover, now, intentOf(now).spec, signal);
    const same = planned.volumes.find(({ identity }) => identity === volume.identity);
    return same && (await judgeReleased(same, name, { kube, host, paused: now.pause !== undefined, signal }));
  };
  const began = clock.now();
  const outcome = await recycle({ kube, host, clock, logger, filesystem, signal, verify });
  tell(logger, name, outcome, (clock.now() - began) / 1000);
  return outcome;
}

function tell(logger: Logger, volume: string, outcome: Outcome, seconds: number): void {
  if (outcome === 'gone') return;
  if ('held' in outcome) logger.info('volume not cleaned', { volume, reason: outcome.held });
  else logger.info('volume cleaned', { volume, method: outcome.cleaned, seconds });
}
