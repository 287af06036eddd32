import type { ConditionReason } from '../../api/reasons.ts';
import type { KubeApi } from '../../kube/api.ts';
import { Backoff } from '../../kube/backoff.ts';
import type { Clock } from '../../kube/clock.ts';
import { isForbidden, isUnauthorized, TransportError } from '../../kube/errors.ts';
import { EventRecorder } from '../../kube/events.ts';
import { LevelLoop } from '../../kube/level-loop.ts';
import type { Logger } from '../../logging/logger.ts';
import { discoverSnapshot } from '../discover/discover.ts';
import { withSmart } from '../discover/with-smart.ts';
import type { Host } from '../host/host.ts';
import { StatusWriter } from '../report/status-writer.ts';
import { createHealth, type AgentHealth } from './health.ts';
import type { Discover } from './look.ts';
import { NotYet } from './observe.ts';
import { reconcile, type ReconcileOptions } from './reconcile.ts';
import { watchHugepages } from './hugepages.ts';
import { watchDrives } from './udev.ts';
import { watchCluster } from './wake-ups.ts';

export interface RunOptions {
  nodeName: string;
  healthPort: number;
  version: string;
}

export interface RunDependencies {
  kube: KubeApi;
  host: Host;
  clock: Clock;
  logger: Logger;
  env: NodeJS.ProcessEnv;
}

/** Between looks that nothing asked for. */
const RESYNC_MS = 300_000;
/** After a round that failed. */
const WAIT_MS = 5000;
/** While something is missing in the cluster: the watches tell when it comes, this is a net under them. */
const NOT_YET_MS = 60_000;
/** Reasons that may pass without any change that the agent would be told of. */
const PASSING: ReadonlySet<ConditionReason> = new Set([
  'SettingUp',
  'StepFailed',
  'PlanChanged',
  'DiscoveryFailed',
  'KubeletRestartNeeded',
  'KubeletForbidsSwap',
]);

/** The long-running mode: rounds whenever something changes, until the signal aborts. */
export async function runAgent(
  options: RunOptions,
  deps: RunDependencies,
  signal: AbortSignal,
): Promise<void> {
  const { kube, host, clock, logger, env } = deps;
  const { nodeName, version } = options;
  const bootID = (await host.readFile('/proc/sys/kernel/random/boot_id')).trim();
  const onError = (error: unknown): void => logger.warn('interrupted, will go on', { error });
  const events = new EventRecorder({ kube, clock, component: 'nvme-agent', instance: nodeName, onError });
  const look: Discover = (inner, { entries }) =>
    discoverSnapshot(host, { seed: bootID, signal: inner, entries });
  const discover = withSmart(look, { host, clock });
  const statusWriter = new StatusWriter(kube, clock);
  const round = { kube, host, clock, logger, events, statusWriter, nodeName, bootID, version, discover };
  const health = await createHealth(options.healthPort, clock);
  const unread = new Backoff({ baseMs: WAIT_MS, maxMs: RESYNC_MS });
  const loop: LevelLoop = new LevelLoop({
    clock,
    resyncMs: RESYNC_MS,
    reconcile: (inner) => oneRound(round, { health, unread }, inner),
    onError: (error) => logger.error('round failed, will try again', { error }),
  });
  const wake = (): void => loop.poke();
  try {
    await Promise.all([
      loop.run(signal),
      watchCluster({ kube, clock, nodeName, wake, onError }, signal),
      watchDrives({ clock, env, wake, onError }, signal),
      watchHugepages({ host, clock, wake, onError }, signal),
    ]);
  } finally {
    await events.flush();
    health.close();
  }
}

/** Gives the time of the next look, for rounds that end with something to wait for. */
async function oneRound(
  options: ReconcileOptions,
  { health, unread }: { health: AgentHealth; unread: Backoff },
  signal: AbortSignal,
): Promise<number | undefined> {
  const { logger, clock } = options;
  const began = clock.now();
  try {
    const ready = await reconcile(options, signal);
    const seconds = (clock.now() - began) / 1000;
    health.round({ ready: ready.ready, seconds });
    logger.info('round done', { ready: ready.ready, reason: ready.reason, detail: ready.message, seconds });
    // A drive that is just coming or going is soon read; one that never answers is asked ever more rarely.
    if (ready.unread) return clock.now() + unread.next();
    unread.reset();
    const wait = !ready.ready && PASSING.has(ready.reason) ? WAIT_MS : ready.lookAgainMs;
    return wait === undefined ? undefined : clock.now() + wait;
  } catch (error) {
    if (signal.aborted) return undefined;
    health.round({ ready: false, seconds: (clock.now() - began) / 1000 });
    if (error instanceof NotYet) {
      logger.info('waiting', { for: error.message });
      return clock.now() + NOT_YET_MS;
    }
    logger.error(troubleOf(error), { error });
    return clock.now() + WAIT_MS;
  }
}

/** What a person can do about a round that the cluster, not the machine, brought to an end. */
function troubleOf(error: unknown): string {
  if (error instanceof TransportError) {
    return 'the API server does not answer: without its profile nothing is set up; will try again';
  }
  if (isForbidden(error) || isUnauthorized(error)) {
    return 'the API server refuses the agent: apply manifests/base again, and look at its service account; will try again';
  }
  return 'round failed, will try again';
}
