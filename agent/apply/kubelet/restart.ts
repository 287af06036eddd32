import { readKubelet } from '../../discover/kubelet.ts';
import type { Host } from '../../host/host.ts';
import type { RestartKubeletStep } from '../../plan/swap-step.ts';
import { awaitKubelet, type KubeletContext } from './kubelet-up.ts';

/** How long a kubelet may take from its restart until its Node is Ready. */
export const READY_LIMIT_MS = 180_000;

/** The kernel tells a process's start to the second: only then is it surely after what was written before. */
const TICK_MS = 1500;

const TIMEOUT_MS = 60_000;

/** The kubelet before a restart, and whether its Node was Ready. */
export async function beforeRestart({
  host,
  nodeStatus,
}: KubeletContext): Promise<{ oldPid: number | undefined; wasReady: boolean }> {
  const facts = await readKubelet(host);
  const status = await nodeStatus?.().catch(() => undefined);
  return { oldPid: facts?.pid, wasReady: status?.ready === true };
}

/** Restarts the kubelet's unit, or ends the process where another program supervises it and its unit makes its files anew. */
export async function restartUnit({ host, clock }: KubeletContext, unit: string): Promise<void> {
  await clock.sleep(TICK_MS);
  if (unit === 'kubelet.service') {
    // A unit that has failed too often is not started again until that is forgotten.
    await host.run(['systemctl', 'reset-failed', unit], { timeoutMs: TIMEOUT_MS, okCodes: [0, 1] });
    await host.run(['systemctl', 'restart', unit], { timeoutMs: TIMEOUT_MS });
    return;
  }
  const facts = await readKubelet(host);
  if (facts !== undefined) await host.run(['kill', String(facts.pid)], { timeoutMs: TIMEOUT_MS });
}

/** Reloads systemd's units when one of these files belongs to them. */
export async function reloadUnits(host: Host, paths: readonly string[]): Promise<void> {
  if (!paths.some((path) => path.startsWith('/etc/systemd/'))) return;
  await host.run(['systemctl', 'daemon-reload'], { timeoutMs: TIMEOUT_MS });
}

/** Restarts the kubelet and waits until it runs again; gives in words what was missing when the time was over. */
export async function restartUntilUp(context: KubeletContext, unit: string): Promise<string | undefined> {
  const before = await beforeRestart(context);
  const since = context.clock.now();
  await restartUnit(context, unit);
  const unfit = () => undefined;
  return await awaitKubelet(context, { ...before, since, unfit, limitMs: READY_LIMIT_MS });
}

/** Has the kubelet see the swap that is on, unless it has already. */
export async function restartKubelet(context: KubeletContext, { unit }: RestartKubeletStep): Promise<void> {
  if ((await readKubelet(context.host))?.sawSwap === true) return;
  const missing = await restartUntilUp(context, unit);
  if (missing === undefined) return;
  throw new Error(
    `The kubelet was restarted to see the swap, and after ${READY_LIMIT_MS / 1000} s ${missing}: look at its journal`,
  );
}
