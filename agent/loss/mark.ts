import { DEGRADED, LOST } from '../../api/keys.ts';
import type { KubeApi } from '../../kube/api.ts';
import { isConflict, isInvalid, isNotFound } from '../../kube/errors.ts';
import { pointerSegment, type JsonPatchOperation } from '../../kube/patches.ts';
import { persistentVolumes } from '../../kube/resources.ts';
import type { Logger } from '../../logging/logger.ts';
import { CommandError, type Host } from '../host/host.ts';
import type { AbsentVolume } from './judge.ts';

export interface MarkOptions {
  kube: KubeApi;
  host: Host;
  logger: Logger;
  /** Boot in which the proof holds. */
  bootID: string;
  /** Judges anew, from a new look at machine and cluster. */
  judgeAgain: () => Promise<AbsentVolume[]>;
}

/**
 * Says on each PersistentVolume how it stands, for the clean-up controller and for people. A loss is marked only when a
 * second look, taken once udev has settled, proves it again; a mark whose proof no longer holds is taken off.
 */
export async function markAbsent(
  absent: readonly AbsentVolume[],
  options: MarkOptions,
): Promise<AbsentVolume[]> {
  const isNew = absent.some((volume) => isNewLoss(volume, options.bootID));
  const judged = isNew ? await secondLook(absent, options) : [...absent];
  for (const volume of judged) await mark(volume, options);
  return judged;
}

const isNewLoss = ({ object, status }: AbsentVolume, bootID: string): boolean =>
  status.state === 'Lost' && object.metadata?.annotations?.[LOST] !== bootID;

/** While devices are still coming nothing is proved. */
async function secondLook(
  absent: readonly AbsentVolume[],
  { host, judgeAgain }: MarkOptions,
): Promise<AbsentVolume[]> {
  try {
    await host.run(['udevadm', 'settle', '--timeout=10'], { timeoutMs: 20_000 });
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return absent.map((volume) => unproved(volume, `udev has not settled: ${error.message}`));
  }
  return await judgeAgain();
}

const unproved = ({ object, status }: AbsentVolume, reason: string): AbsentVolume => ({
  object,
  status: { ...status, state: 'Failed', reason },
});

async function mark({ object, status }: AbsentVolume, { kube, logger, bootID }: MarkOptions): Promise<void> {
  const isLost = status.state === 'Lost';
  const wanted = { [LOST]: isLost ? bootID : undefined, [DEGRADED]: isLost ? undefined : status.reason };
  const { annotations = {}, uid, name = '' } = object.metadata ?? {};
  const operations = Object.entries(wanted)
    .filter(([key, value]) => annotations[key] !== value)
    .map(([key, value]): JsonPatchOperation => {
      const path = `/metadata/annotations/${pointerSegment(key)}`;
      return value === undefined ? { op: 'remove', path } : { op: 'add', path, value };
    });
  if (operations.length === 0) return;
  const test: JsonPatchOperation = { op: 'test', path: '/metadata/uid', value: uid };
  try {
    await kube.patch(persistentVolumes, name, { type: 'json', operations: [test, ...operations] });
    logger.info('volume marked', { volume: name, state: status.state, reason: status.reason });
  } catch (error) {
    // Another one, changed, or gone since it was read: the next look tells.
    if (!isConflict(error) && !isInvalid(error) && !isNotFound(error)) throw error;
  }
}
