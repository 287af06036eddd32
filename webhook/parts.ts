import { randomBytes } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import type { Registry } from 'prom-client';
import { CLEANUP_CONFIG_MAP } from '../api/keys.ts';
import type { AnswerCounts } from '../kube/answer-counts.ts';
import type { KubeApi } from '../kube/api.ts';
import type { Clock } from '../kube/clock.ts';
import { EventRecorder } from '../kube/events.ts';
import { LeaderElection } from '../kube/lease.ts';
import type { Reflector } from '../kube/reflector.ts';
import type { Logger } from '../logging/logger.ts';
import { AdmissionService } from './admission/service.ts';
import { allCaches, createCaches, notSynced, type Caches } from './controllers/caches.ts';
import { TaintedNodes } from './controllers/enrol/tainted-nodes.ts';
import { controllerMetrics, lead, type LeadOptions } from './controllers/lead.ts';
import { LEASE_NAME } from './lease-name.ts';
import { Liveness } from './liveness.ts';
import { registerGauges } from './metrics.ts';
import { addressOf, type WebhookOptions } from './options.ts';
import { steadyClock } from './steady-clock.ts';

/** What the program gets from outside. */
export interface Surroundings {
  kube: KubeApi;
  clock: Clock;
  logger: Logger;
  /** What the API server has answered `kube` so far. */
  answers: AnswerCounts;
}

/** The program's parts, wired but not running. */
export interface Parts {
  admission: AdmissionService | undefined;
  recorder: EventRecorder;
  /** Who we are in the Lease. */
  identity: string;
  /** What keeps us from doing our work now, in words. */
  notReady(): string[];
  /** What is stuck for good. */
  stuck(): string[];
  /** Everything that runs until the signal aborts. */
  run(signal: AbortSignal): Promise<unknown>;
}

export function assemble(options: WebhookOptions, around: Surroundings, registry: Registry): Parts {
  const { kube, clock, logger } = around;
  const { namespace, podName, controllers } = options;
  const identity = `${podName}-${randomBytes(4).toString('hex')}`;
  const caches = createCaches({
    kube,
    clock,
    namespace,
    recordName: CLEANUP_CONFIG_MAP,
    onError: (kind, error) => logger.warn('watch interrupted', { kind, error }),
  });
  const liveness = new Liveness(steadyClock(clock));
  const admission = admissionPart(options, { ...around, liveness, profiles: caches.profiles }, registry);
  const election = electionPart(options, around, identity);
  const onError = (error: unknown): void => logger.warn('an Event could not be written', { error });
  const recorder = new EventRecorder({ kube, clock, component: 'nvme-webhook', instance: podName, onError });
  const isLeader = (): boolean => controllers && (election?.isLeader() ?? true);
  const certificateExpiry = (): number | undefined => admission?.certificateExpiry;
  const tainted = new TaintedNodes(clock, registry);
  caches.nodes.subscribe((change) => tainted.onNode(change));
  registerGauges(registry, { caches: { ...caches }, answers: around.answers, isLeader, certificateExpiry });
  const leading = leadingWork(
    {
      ...around,
      clock: steadyClock(clock),
      ...{ caches, recorder, liveness, namespace },
      dryRun: options.cleanupDryRun,
      spdkSettleMs: options.spdkSettle,
      mayWrite: isLeader,
    },
    registry,
  );
  return {
    admission,
    recorder,
    identity,
    stuck: () => liveness.stuck(),
    notReady: () => [
      ...(admission?.notReady() ?? []),
      ...(controllers ? notSynced(caches).map((name) => `the cache of ${name} is not filled yet`) : []),
    ],
    run: (signal) =>
      Promise.all([
        ...watched(options, caches).map((cache) => cache.run(signal)),
        admission?.run(signal),
        controllers ? (election?.run(leading, signal) ?? leading(signal)) : undefined,
      ]),
  };
}

/** Nothing is written any more once the signal has aborted, whatever is still in flight. */
function leadingWork(options: LeadOptions, registry: Registry): (signal: AbortSignal) => Promise<void> {
  const metrics = controllerMetrics(registry);
  return (signal) =>
    lead({ ...options, mayWrite: () => !signal.aborted && options.mayWrite() }, metrics, signal);
}

/** Admission alone needs the profiles only; a standby keeps every cache of the controllers. */
const watched = ({ controllers }: WebhookOptions, caches: Caches): Reflector<unknown>[] =>
  controllers ? allCaches(caches) : [caches.profiles as Reflector<unknown>];

function admissionPart(
  options: WebhookOptions,
  around: Surroundings & { liveness: Liveness; profiles: Caches['profiles'] },
  registry: Registry,
): AdmissionService | undefined {
  if (!options.admission) return undefined;
  const { namespace, port, bindAddress } = options;
  return new AdmissionService({
    ...around,
    ...{ registry, namespace, port, bindAddress },
    address: addressOf(options),
    times: {
      caLifetimeMs: options.caLifetime,
      leafLifetimeMs: options.leafLifetime,
      settleMs: options.certificateSettle,
    },
  });
}

function electionPart(
  { controllers, leaderElect, namespace }: WebhookOptions,
  { kube, clock, logger }: Surroundings,
  identity: string,
): LeaderElection | undefined {
  if (!controllers || !leaderElect) return undefined;
  return new LeaderElection({
    ...{ kube, clock, namespace, identity },
    name: LEASE_NAME,
    monotonic: () => performance.now(),
    onError: (error) => logger.warn('the lease could not be asked for or renewed', { error }),
  });
}
