import type { KubeApi } from '../../../kube/api.ts';
import { inParallel } from '../../../kube/in-parallel.ts';
import type { Logger } from '../../../logging/logger.ts';
import { isDeletion, type CleanupAction, type DeleteAction } from '../../../orphans/decide.ts';
import type { CleanupEvents } from './events.ts';
import { executeDelete, executeKeep, type KeepAction } from '../../../orphans/execute.ts';
import type { SentDeletions } from './sent-deletions.ts';
import { kindLabel, type CleanupMetrics } from './metrics.ts';

export interface CarryOutOptions {
  kube: KubeApi;
  logger: Logger;
  metrics: CleanupMetrics;
  events: CleanupEvents;
  sent: SentDeletions;
  /** Asked right before each write: a leader that was frozen may have been replaced. */
  mayWrite: () => boolean;
  /** Only logs what would be done to volumes, claims and pods. */
  dryRun: boolean;
}

/** Volumes that are worked on side by side. */
const PARALLEL = 24;

/**
 * Carries out what was decided; each volume's steps stay in order and end at the first that fails. True when
 * something failed or was not as the caches said, so that another look is due soon.
 */
export async function carryOut(
  options: CarryOutOptions,
  actions: readonly CleanupAction[],
  signal: AbortSignal,
): Promise<boolean> {
  const steps = actions.filter((action) => isDeletion(action) || action.kind === 'keep');
  const volumes = [...Map.groupBy(steps, ({ volume }) => volume.uid).values()];
  let again = false;
  await inParallel(volumes, PARALLEL, async (own) => {
    if (!signal.aborted && !(await carryOutVolume(options, own, signal))) again = true;
  });
  options.events.sumUp();
  return again;
}

async function carryOutVolume(
  options: CarryOutOptions,
  steps: readonly (DeleteAction | KeepAction)[],
  signal: AbortSignal,
): Promise<boolean> {
  try {
    for (const step of steps) {
      if (!options.mayWrite()) return false;
      const done =
        step.kind === 'keep' ? await keep(options, step, signal) : await remove(options, step, signal);
      if (!done) return false;
    }
    return true;
  } catch (error) {
    // One volume that cannot be cleaned up must not keep the others waiting.
    const volume = steps[0]?.volume.name;
    if (!signal.aborted)
      options.logger.warn('clean-up of a volume failed, will be tried again', { volume, error });
    return false;
  }
}

async function keep(
  { kube, logger, events, dryRun }: CarryOutOptions,
  action: KeepAction,
  signal: AbortSignal,
): Promise<boolean> {
  if (dryRun) {
    logger.info('clean-up would keep', { volume: action.volume.name, nodeUID: action.nodeUID });
    return true;
  }
  if (!(await executeKeep(kube, action, { signal }))) return false;
  logger.info('volume kept: its machine registered again', { volume: action.volume.name });
  events.kept(action);
  return true;
}

async function remove(
  { kube, logger, metrics, events, sent, dryRun }: CarryOutOptions,
  action: DeleteAction,
  signal: AbortSignal,
): Promise<boolean> {
  const what = kindLabel(action);
  const fields = { what, volume: action.volume.name, why: action.reason };
  if (dryRun) {
    logger.info('clean-up would delete', fields);
    return true;
  }
  if (sent.has(action)) return true;
  const outcome = await executeDelete(kube, action, { signal });
  metrics.deletions.inc({ kind: what, outcome });
  logger.info('clean-up of an orphan', { ...fields, outcome });
  if (outcome !== 'changed') sent.add(action);
  if (outcome === 'deleted') events.deleted(action);
  return outcome !== 'changed';
}
