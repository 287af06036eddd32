import type { KubeletFacts } from '../../../api/snapshot.ts';
import type { Clock } from '../../../kube/clock.ts';
import { readKubelet } from '../../discover/kubelet.ts';
import type { Host } from '../../host/host.ts';

/** What the cluster says of this node now; undefined when there is no Node or no way to the cluster. */
export type NodeStatus = () => Promise<{ ready: boolean; heartbeat: number } | undefined>;

export interface KubeletContext {
  host: Host;
  clock: Clock;
  /** Absent where nobody may ask the cluster: then a kubelet that keeps running counts. */
  nodeStatus?: NodeStatus;
}

export interface UpOptions {
  /** The process that must be gone. */
  oldPid: number | undefined;
  /** When the restart was asked for, milliseconds since the epoch. */
  since: number;
  /** Whether the Node was Ready before: one that waits for its network cannot get Ready by a restart. */
  wasReady: boolean;
  /** Why a kubelet is not the one that is waited for, in words. */
  unfit: (facts: KubeletFacts) => string | undefined;
  limitMs: number;
}

const POLL_MS = 1000;
/** A kubelet that does not like its configuration, or swap, is gone within a second or two. */
const STAYS_MS = 10_000;

/** Waits until the restarted kubelet runs and its Node is Ready; gives in words what was missing when the time is over. */
export async function awaitKubelet(context: KubeletContext, options: UpOptions): Promise<string | undefined> {
  const { clock } = context;
  const deadline = clock.now() + options.limitMs;
  let missing = 'it was not looked for';
  let seen = { pid: -1, since: 0 };
  while (clock.now() < deadline) {
    const facts = await readKubelet(context.host).catch(() => undefined);
    const why = unfitness(facts, options);
    if (facts !== undefined && why === undefined) {
      if (facts.pid !== seen.pid) seen = { pid: facts.pid, since: clock.now() };
      const lacking = await lackingOf(context, options, clock.now() - seen.since);
      if (lacking === undefined) return undefined;
      missing = lacking;
    } else missing = why ?? 'no running kubelet is seen';
    await clock.sleep(POLL_MS);
  }
  return missing;
}

function unfitness(facts: KubeletFacts | undefined, { oldPid, unfit }: UpOptions): string | undefined {
  if (facts === undefined) return 'no running kubelet is seen';
  return facts.pid === oldPid ? 'the old process still runs' : unfit(facts);
}

async function lackingOf(
  { nodeStatus }: KubeletContext,
  { since, wasReady }: UpOptions,
  ranMs: number,
): Promise<string | undefined> {
  if (nodeStatus === undefined) return ranMs >= STAYS_MS ? undefined : 'it did not stay';
  const status = await nodeStatus().catch(() => undefined);
  if (status === undefined || status.heartbeat <= since) return 'it has not reported to the cluster';
  return status.ready || !wasReady ? undefined : 'its Node is not Ready';
}
