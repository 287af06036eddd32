import type { VolumeStatus } from '../../api/node.ts';
import type { NodeEvents } from '../report/events.ts';
import type { Released } from '../recycle/evidence.ts';
import { failureOf } from './failure.ts';
import { publishRecycled } from './publish-recycled.ts';
import { recycleOne } from './released.ts';
import type { ReconcileOptions } from './reconcile-options.ts';

export interface RecycleAllOptions extends ReconcileOptions {
  signal: AbortSignal;
  say: NodeEvents;
  /** Local drives of the node, as this round has found them. */
  localDrives: number;
  /** Volumes as the last round has reported them: what was said then is not said again. */
  before: readonly VolumeStatus[];
  /** Tells in the status why a volume was not cleaned. */
  report: (name: string, reason: string) => Promise<void>;
}

/** A mount or an open device goes without anybody telling us. */
const HELD_MS = 10_000;
const FAILED_MS = 60_000;

/** Cleans what may be cleaned of the released volumes; gives in how many milliseconds to look again at the others. */
export async function recycleAll(
  released: readonly Released[],
  options: RecycleAllOptions,
): Promise<number | undefined> {
  const waits: number[] = [];
  for (const one of released) {
    const wait = await recycleAndSay(one, options);
    if (wait !== undefined) waits.push(wait);
  }
  return waits.length === 0 ? undefined : Math.min(...waits);
}

async function recycleAndSay(released: Released, options: RecycleAllOptions): Promise<number | undefined> {
  const { recycling, object } = released;
  const name = object.metadata?.name ?? '';
  if ('held' in recycling) {
    if (recycling.waits) sayOnce(name, recycling.held, options);
    return recycling.waits ? HELD_MS : undefined;
  }
  try {
    const outcome = await recycleOne(released, options);
    if (outcome === 'gone') return undefined;
    if ('cleaned' in outcome) {
      options.say.volumeCleaned(name, outcome.cleaned);
      await publishAtOnce(released, options);
      return undefined;
    }
    await options.report(name, outcome.held);
    sayOnce(name, outcome.held, options);
    return HELD_MS;
  } catch (error) {
    options.signal.throwIfAborted();
    const { message } = failureOf(error);
    options.logger.error('volume not cleaned', { volume: name, error });
    if (isNew(name, message, options)) options.say.cleaningFailed(name, message);
    await options.report(name, message);
    return FAILED_MS;
  }
}

/** What does not work out is the next round's, which the deletion of the old PersistentVolume has asked for. */
async function publishAtOnce({ volume }: Released, options: RecycleAllOptions): Promise<void> {
  if (volume.mode !== 'Filesystem') return;
  const onPublished = (status: VolumeStatus): void => options.say.volumePublished(status);
  try {
    await publishRecycled(volume, { ...options, onPublished });
  } catch (error) {
    options.signal.throwIfAborted();
    options.logger.warn('volume not published yet, will go on', { volume: volume.identity, error });
  }
}

function sayOnce(name: string, reason: string, options: RecycleAllOptions): void {
  if (isNew(name, reason, options)) options.say.cleaningHeld(name, reason);
}

const isNew = (name: string, reason: string, { before }: RecycleAllOptions): boolean =>
  !before.some((status) => status.name === name && status.reason === reason);
