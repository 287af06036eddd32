import type { KubeletChangeRecord } from '../../discover/kubelet-change.ts';
import { readKubelet } from '../../discover/kubelet.ts';
import type { Host } from '../../host/host.ts';
import { swapObstacle, swapPolicy } from '../../inventory/kubelet.ts';
import { swapCommandOf } from '../../plan/swap-command.ts';
import type { ConfigureKubeletStep } from '../../plan/swap-step.ts';
import type { KubeletFacts } from '../../../api/snapshot.ts';
import { isAnySwapOn } from '../perform-swap.ts';
import { putFile, readChange, writeChange } from './change-file.ts';
import { changesFor, textBefore, type FileChange } from './config-changes.ts';
import { awaitKubelet, type KubeletContext } from './kubelet-up.ts';
import { beforeRestart, READY_LIMIT_MS, reloadUnits, restartUnit, restartUntilUp } from './restart.ts';

const TIMEOUT_MS = 120_000;
/** Kept beside each file as it was before the first change. */
const KEPT = '.before-kubectl-nvme';

/**
 * Has the running kubelet allow swap and limit it: writes its files, restarts it once and waits for it. When it does not
 * come up, the files get their old text back. Killed anywhere, it is seen through by the next run: what the files held is
 * on record before the first of them is written.
 */
export async function configureKubelet(context: KubeletContext, step: ConfigureKubeletStep): Promise<void> {
  const { host, clock } = context;
  const changes = await changesFor(host, step);
  const record = await open(host, step, changes);
  const before = await beforeRestart(context);
  const since = clock.now();
  for (const { path, after } of changes) await putFile(host, path, after);
  const done = changes.length === 0 && (await isLimited(host));
  if (!done) await take(context, step, changes);
  const oldPid = done || step.how === 'bottlerocket' ? undefined : before.oldPid;
  const heartbeatSince = done ? 0 : since;
  const wait = { ...before, oldPid, since: heartbeatSince, unfit, limitMs: READY_LIMIT_MS };
  // Bottlerocket's bootstrap containers run before the kubelet: there is none to wait for.
  const none = before.oldPid === undefined && step.how === 'bottlerocket';
  const missing = none ? undefined : await awaitKubelet(context, wait);
  if (missing !== undefined) return await takeBack(context, step, record, missing);
  await writeChange(host, record.before.length === 0 ? undefined : { ...record, state: 'Done' });
}

const unfit = (facts: KubeletFacts): string | undefined =>
  swapObstacle(facts) ??
  (swapPolicy(facts).behavior === 'LimitedSwap' ? undefined : 'it does not show LimitedSwap');

async function isLimited(host: Host): Promise<boolean> {
  const facts = await readKubelet(host);
  return facts !== undefined && unfit(facts) === undefined;
}

/**
 * Puts on record what the files hold. An unfinished change keeps what it has on record; after a finished one somebody else
 * may have written a file anew, such as the node's image at boot.
 */
async function open(
  host: Host,
  { how, path, unit }: ConfigureKubeletStep,
  changes: readonly FileChange[],
): Promise<KubeletChangeRecord> {
  const old = await readChange(host);
  const bootID = (await host.readFile('/proc/sys/kernel/random/boot_id')).trim();
  const isAmong = (list: readonly { path: string }[], { path: file }: { path: string }): boolean =>
    list.some((one) => one.path === file);
  const known = old === undefined || old.state === 'TakenBack' ? [] : old.before;
  const earlier = old?.state === 'Done' ? known.filter((file) => !isAmong(changes, file)) : known;
  const fresh = changes
    .filter((change) => !isAmong(earlier, change))
    .map((change) => ({ path: change.path, text: change.before, wrote: change.after }));
  const record = { state: 'Unfinished' as const, how, path, unit, bootID, before: [...earlier, ...fresh] };
  await writeChange(host, record);
  for (const { path: file, text } of fresh) {
    if (text !== null && !(await host.exists(`${file}${KEPT}`))) await host.writeFile(`${file}${KEPT}`, text);
  }
  return record;
}

async function take(
  context: KubeletContext,
  step: ConfigureKubeletStep,
  changes: readonly FileChange[],
): Promise<void> {
  const { host } = context;
  if (step.how === 'bottlerocket') {
    await host.run(swapCommandOf(step), { timeoutMs: TIMEOUT_MS });
    return;
  }
  const paths = changes.length > 0 ? changes.map(({ path }) => path) : [step.path];
  await reloadUnits(host, step.how === 'variable' ? [...paths, '/etc/systemd/system'] : paths);
  await restartUnit(context, step.unit);
}

/** Never with swap on: a kubelet with its old configuration would then stay down for good. */
async function takeBack(
  context: KubeletContext,
  step: ConfigureKubeletStep,
  record: KubeletChangeRecord,
  missing: string,
): Promise<never> {
  const { host } = context;
  const failed = `The kubelet was restarted with swap allowed, and after ${READY_LIMIT_MS / 1000} s ${missing}`;
  if (await isAnySwapOn(host)) {
    throw new Error(`${failed}; swap is on, so its old configuration is not put back: look at its journal`);
  }
  for (const file of record.before) await putFile(host, file.path, textBefore(file));
  await writeChange(host, { ...record, state: 'TakenBack', message: missing });
  await reloadUnits(
    host,
    record.before.map(({ path }) => path),
  );
  const still = await restartUntilUp(context, step.unit);
  throw new Error(
    `${failed}; its configuration was put back, ` +
      (still === undefined ? 'and it runs again' : `but ${still}: look at its journal`),
  );
}
