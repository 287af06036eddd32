import type { NVMeNode, NVMeNodeStatus } from '../../api/node.ts';
import type { KubeApi } from '../../kube/api.ts';
import type { Clock } from '../../kube/clock.ts';
import { NodeEditError } from '../../kube/edit-node.ts';
import type { EventRecorder } from '../../kube/events.ts';
import { timestamp } from '../../kube/timestamp.ts';
import type { Logger } from '../../logging/logger.ts';
import { applySteps } from '../apply/apply.ts';
import { forgetBegun } from '../apply/forget-begun.ts';
import type { Host } from '../host/host.ts';
import { isRefused } from '../plan/plan.ts';
import { blindConditions, conditions } from '../report/conditions.ts';
import { NodeEvents } from '../report/events.ts';
import { hugepagesOf, kubeletBehind } from '../report/hugepages.ts';
import { writeNodeCondition } from '../report/node-condition.ts';
import { readiness, type Failure, type Readiness, type Situation } from '../report/readiness.ts';
import { trimmedSnapshot } from '../report/trimmed-snapshot.ts';
import { writeStatus } from '../report/write-status.ts';
import { failureOf } from './failure.ts';
import { intentOf, wantedSpec, type Intent } from './intent.ts';
import { look, planFor, type Discover, type Look } from './look.ts';
import { observe, type Observation } from './observe.ts';
import { publishAndSee } from './publish-and-see.ts';
import { publishable } from './publishable.ts';
import { markNotReady, markReady } from './ready-mark.ts';

export interface ReconcileOptions {
  kube: KubeApi;
  host: Host;
  clock: Clock;
  logger: Logger;
  events: Pick<EventRecorder, 'record'>;
  nodeName: string;
  /** Boot ID of the host, which decides whether the Node object speaks of this boot. */
  bootID: string;
  discover: Discover;
  version: string;
}

/** The effects of one round, in the order in which reconcile.ts calls them. */
export class Round {
  readonly #options: ReconcileOptions;
  readonly #seen: Observation;
  readonly #signal: AbortSignal;
  readonly #say: NodeEvents;
  #nvme: NVMeNode;

  constructor(options: ReconcileOptions, seen: Observation, signal: AbortSignal) {
    this.#options = options;
    this.#seen = seen;
    this.#signal = signal;
    this.#say = new NodeEvents(options.events, seen.node);
    this.#nvme = seen.nvme;
  }

  /** From the status as it was last written, so that a request taken in this round counts. */
  get #intent(): Intent {
    return intentOf({ ...this.#seen, nvme: this.#nvme });
  }

  look(): Promise<Look> {
    return look(this.#options.discover, this.#seen, this.#intent.spec, this.#signal);
  }

  /**
   * Writes down that a request was seen before its first step, so that it is carried out once. Progress, in the same write,
   * says that it was accepted: a crash right after it does not lose a person's order.
   */
  async takeRequest({ planned: { plan } }: Look): Promise<Failure | undefined> {
    const { request } = this.#intent;
    if (request === undefined) return undefined;
    const { steps } = plan;
    const [first] = steps;
    const accepted = request.type === 'setup' && (request.planID ?? plan.id) === plan.id;
    const progress = accepted && first ? { step: 1, of: steps.length, name: first.name } : undefined;
    await this.#patchStatus({ observedRequestID: request.id, progress });
    if (request.type === 'setup') return undefined;
    return { reason: 'StepFailed', message: 'reset is not supported by this version of the agent' };
  }

  /** Carries out what may be done: all of the plan, or only what keeps existing volumes in place. True when it tried. */
  async apply(first: Look): Promise<{ tried: boolean; failure?: Failure }> {
    const intent = this.#intent;
    const planned = intent.mayBegin ? first.planned : planFor(first.snapshot, this.#seen, wantedSpec(intent));
    const { plan, steps } = planned;
    if (steps.length === 0 || (intent.mayBegin && isRefused(plan))) return { tried: false };
    this.#say.setupStarted(planned);
    try {
      await applySteps(steps, {
        ...this.#options,
        signal: this.#signal,
        planID: plan.id,
        verify: () => this.#planAnew(),
        onProgress: (progress) => this.#patchStatus({ progress }),
      });
      return { tried: true };
    } catch (error) {
      this.#signal.throwIfAborted();
      return { tried: true, failure: failureOf(error) };
    }
  }

  /** The ID of the plan for what machine and cluster say now: a pause, a request or a profile may have come meanwhile. */
  async #planAnew(): Promise<string> {
    const { kube, nodeName, bootID, discover } = this.#options;
    const seen = await observe(kube, nodeName, bootID, this.#signal);
    const { planned } = await look(discover, seen, wantedSpec(intentOf(seen)), this.#signal);
    return planned.plan.id;
  }

  /** Publishes what is there, reports, and only then touches the taint. */
  async settle({ snapshot, planned: before }: Look, failure: Failure | undefined): Promise<Readiness> {
    if (before.stale.length > 0) {
      await forgetBegun(this.#options.host, async () => (await this.look()).planned.stale);
    }
    const { spec, hasProfile, waitingForRequest } = this.#intent;
    const mayPublish = (now: Observation) => publishable(snapshot, now, failure !== undefined);
    const { volumes, seen } = await publishAndSee(mayPublish, {
      ...this.#options,
      spec,
      localDrives: before.plan.drives.filter(({ role }) => role === 'Local').length,
      onPublished: (volume) => this.#say.volumePublished(volume),
      signal: this.#signal,
    });
    // With the new volumes known: the plan that the next round will make, if nothing changes until then.
    const planned = planFor(snapshot, seen, spec);
    const { paused } = this.#seen;
    const { request } = this.#nvme.spec ?? {};
    const situation: Situation = {
      ...{ spec, hasProfile, planned, volumes, paused, waitingForRequest },
      ...kubeletBehind(snapshot, seen.node, spec),
      ...(request === undefined ? {} : { request }),
      ...(failure === undefined ? {} : { failure }),
    };
    const ready = readiness(situation);
    const generation = this.#nvme.metadata.generation ?? 0;
    const found = conditions(this.#nvme.status?.conditions, situation, ready, generation, this.#now);
    await this.#report(ready, found, failure !== undefined, {
      provider: planned.plan.provider,
      drives: planned.plan.drives,
      layout: planned.plan.layout,
      inventory: trimmedSnapshot(snapshot),
      plan: planned.plan,
      volumes,
      hugepages: await hugepagesOf(this.#options.kube, snapshot, seen.node),
      progress: failure === undefined ? undefined : this.#nvme.status?.progress,
    });
    await this.#mark(ready);
    return ready;
  }

  /** Reports a round that could not see the machine; what was known of it stays as it was, and so does the taint. */
  async reportBlind(failure: Failure): Promise<Readiness> {
    const ready = { ready: false, ...failure };
    const generation = this.#nvme.metadata.generation ?? 0;
    const found = blindConditions(this.#nvme.status?.conditions, failure, generation, this.#now);
    await this.#report(ready, found, true, {});
    await this.#mark(ready);
    return ready;
  }

  async #report(
    ready: Readiness,
    found: NonNullable<NVMeNodeStatus['conditions']>,
    failed: boolean,
    change: StatusChange,
  ): Promise<void> {
    const { kube, bootID, version } = this.#options;
    const before = this.#nvme.status?.conditions;
    await this.#patchStatus({
      nodeUID: this.#seen.publishing.uid,
      bootID,
      observedGeneration: this.#nvme.metadata.generation ?? 0,
      ...change,
      conditions: found,
      agentVersion: version,
    });
    this.#say.whatIsNew(before, found, failed);
    await writeNodeCondition(kube, this.#seen.node, ready, this.#now);
  }

  async #mark(ready: Readiness): Promise<void> {
    const { kube, bootID } = this.#options;
    const { publishing } = this.#seen;
    if (!ready.ready) return markNotReady(kube, publishing);
    try {
      if (await markReady(kube, publishing, bootID, this.#intent.spec)) this.#say.ready(ready.message);
    } catch (error) {
      if (error instanceof NodeEditError) this.#say.taintStuck(error);
      throw error;
    }
  }

  get #now(): string {
    return timestamp(this.#options.clock.now());
  }

  async #patchStatus(change: StatusChange): Promise<void> {
    const merged = Object.entries({ ...this.#nvme.status, ...change }).filter(
      ([, value]) => value !== undefined,
    );
    this.#nvme = await writeStatus(this.#options.kube, this.#nvme, Object.fromEntries(merged));
  }
}

/** Undefined takes a field out. */
type StatusChange = { [K in keyof NVMeNodeStatus]?: NVMeNodeStatus[K] | undefined };
