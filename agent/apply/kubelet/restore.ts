import type { KubeletChangeRecord } from '../../discover/kubelet-change.ts';
import { readKubelet } from '../../discover/kubelet.ts';
import { orAbsent } from '../../discover/reads.ts';
import type { Host } from '../../host/host.ts';
import type { RestoreKubeletStep } from '../../plan/swap-step.ts';
import type { Logger } from '../../../logging/logger.ts';
import { isAnySwapOn } from '../perform-swap.ts';
import { RefusedError } from '../refused-error.ts';
import { putFile, readChange, writeChange } from './change-file.ts';
import { textBefore } from './config-changes.ts';
import type { KubeletContext } from './kubelet-up.ts';
import { READY_LIMIT_MS, reloadUnits, restartUntilUp } from './restart.ts';

/**
 * Takes our change of the kubelet's configuration back, and restarts it. Never while any swap is on: with its old
 * configuration it would stay down. A file that somebody has changed since stays as it is. Killed anywhere, the record says
 * to the next call what is left. Rejects with RefusedError.
 */
export async function restoreKubelet(
  context: KubeletContext & { logger: Logger },
  { unit }: RestoreKubeletStep,
): Promise<void> {
  const { host, logger } = context;
  const record = await readChange(host);
  if (record === undefined || record.state === 'TakenBack') return;
  if (await isAnySwapOn(host)) {
    throw new RefusedError(record.path, 'swap is on: a kubelet with its old configuration would stay down');
  }
  const { changed, others } = await sorted(host, record);
  for (const { path } of others) {
    logger.warn('changed since, and left as it is: take its swap settings out', { file: path });
  }
  for (const file of changed) await putFile(host, file.path, textBefore(file));
  if (changed.length > 0 || (await isBehind(host))) await restart(context, unit, changed);
  await writeChange(host, undefined);
}

/** Files that still hold what we wrote, and those that hold neither that nor what they held before. */
async function sorted(host: Host, { before }: KubeletChangeRecord) {
  const texts = await Promise.all(before.map(({ path }) => orAbsent(host.readFile(path), null)));
  const changed = before.filter(({ wrote }, index) => texts[index] === wrote);
  const others = before.filter((file, index) => !changed.includes(file) && texts[index] !== textBefore(file));
  return { changed, others };
}

/** Whether the running kubelet is older than its files, as after a kill right before its restart. */
async function isBehind(host: Host): Promise<boolean> {
  return (await readKubelet(host))?.files.some(({ read }) => !read) === true;
}

async function restart(
  context: KubeletContext,
  unit: string,
  files: readonly { path: string }[],
): Promise<void> {
  await reloadUnits(
    context.host,
    files.map(({ path }) => path),
  );
  const missing = await restartUntilUp(context, unit);
  if (missing === undefined) return;
  throw new Error(
    `The kubelet got its old configuration back and was restarted, and after ${READY_LIMIT_MS / 1000} s ${missing}: look at its journal`,
  );
}
