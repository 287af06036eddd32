import type { NVMeNode, NVMeNodeStatus, Progress } from '../../api/node.ts';
import type { KubeApi } from '../../kube/api.ts';
import type { Clock } from '../../kube/clock.ts';
import { eventTarget, type EventRecorder } from '../../kube/events.ts';
import { nodes } from '../../kube/resources.ts';
import { timestamp } from '../../kube/timestamp.ts';
import type { Logger } from '../../logging/logger.ts';
import { applySteps } from '../apply/apply.ts';
import { forgetBegun } from '../apply/forget-begun.ts';
import type { Host } from '../host/host.ts';
import { isRefused } from '../plan/plan.ts';
import { conditions } from '../report/conditions.ts';
import { writeNodeCondition } from '../report/node-condition.ts';
import { readiness, type Readiness, type Situation } from '../report/readiness.ts';
import { trimmedSnapshot } from '../report/trimmed-snapshot.ts';
import { writeStatus } from '../report/write-status.ts';
import { failureOf } from './failure.ts';
import { intentOf, keepOnly, type Intent } from './intent.ts';
import { look, planFor, type Discover, type Look } from './look.ts';
import { observe, type Observation } from './observe.ts';
import { publishAndSee } from './publish-and-see.ts';
import { markNotReady, markReady } from './ready-mark.ts';

export interface ReconcileOptions {
  kube: KubeApi;
  host: Host;
  clock: Clock;
  logger: Logger;
  events: EventRecorder;
  nodeName: string;
  /** Boot ID of the host, which decides whether the Node object speaks of this boot. */
  bootID: string;
  discover: Discover;
  version: string;
}

/**
 * One round of the agent: look, do what may be done, publish, report, and take the taint off last. Level-based: it can be
 * killed anywhere and run again; with nothing to do it writes nothing. Throws NotYet while it must wait for the cluster.
 */
export async function reconcile(options: ReconcileOptions, signal: AbortSignal): Promise<Readiness> {
  const { kube, discover, nodeName, bootID } = options;
  const seen = await observe(kube, nodeName, bootID);
  const intent = intentOf(seen);
  const round = new Round(options, seen, intent, signal);
  try {
    const first = await look(discover, seen, intent.spec, signal);
    const refusal = await round.takeRequest(first);
    const applied = refusal === undefined && (await round.apply(first));
    return await round.settle(refusal, applied ? undefined : first);
  } catch (error) {
    signal.throwIfAborted();
    return await round.settle(failureOf(error));
  }
}

class Round {
  readonly #options: ReconcileOptions;
  readonly #seen: Observation;
  readonly #intent: Intent;
  readonly #signal: AbortSignal;
  #nvme: NVMeNode;

  constructor(options: ReconcileOptions, seen: Observation, intent: Intent, signal: AbortSignal) {
    this.#options = options;
    this.#seen = seen;
    this.#intent = intent;
    this.#signal = signal;
    this.#nvme = seen.nvme;
  }

  /** Writes down that the request was seen before its first step, so that it is carried out once. */
  async takeRequest({ planned }: Look): Promise<Situation['failure']> {
    const { request } = this.#intent;
    if (request === undefined) return undefined;
    await this.#patchStatus({ observedRequestID: request.id });
    if (request.type === 'reset') {
      return { reason: 'StepFailed', message: 'reset is not supported by this version of the agent' };
    }
    if (request.planID === undefined || request.planID === planned.plan.id) return undefined;
    const message = `request ${request.id} was for plan ${request.planID}, and the plan is ${planned.plan.id} now: look at it and ask again`;
    return { reason: 'PlanChanged', message };
  }

  /** Carries out what may be done: all of the plan, or only what keeps existing volumes in place; false when that is nothing. */
  async apply(first: Look): Promise<boolean> {
    const { host, discover, clock, logger, events } = this.#options;
    const { mayBegin, spec } = this.#intent;
    const wanted = mayBegin ? spec : keepOnly(spec);
    const { plan, steps } = mayBegin ? first.planned : planFor(first.snapshot, this.#seen, wanted);
    if (steps.length === 0 || (isRefused(plan) && mayBegin)) return false;
    const target = eventTarget(nodes, this.#seen.node);
    events.record(
      target,
      'Normal',
      'NVMeSetupStarted',
      `Plan ${plan.id}: ${steps.map(({ name }) => name).join(', ')}`,
    );
    await applySteps(steps, {
      host,
      clock,
      logger,
      signal: this.#signal,
      planID: plan.id,
      verify: async () => {
        const again = await observe(this.#options.kube, this.#options.nodeName, this.#options.bootID);
        return (await look(discover, again, wanted, this.#signal)).planned.plan.id;
      },
      onProgress: (progress) => this.#reportProgress(progress),
    });
    return true;
  }

  /** Looks once more unless nothing was changed, publishes what is there, reports, and only then touches the taint. */
  async settle(failure: Situation['failure'], unchanged?: Look): Promise<Readiness> {
    const { kube, host, clock, events, bootID } = this.#options;
    const { publishing, paused, node } = this.#seen;
    const { spec, hasProfile, waitingForRequest } = this.#intent;
    const { snapshot, planned: before } = unchanged ?? (await this.#look());
    if (before.stale.length > 0) await forgetBegun(host, async () => (await this.#look()).planned.stale);
    const { volumes, seen } = await publishAndSee(before.volumes, {
      ...this.#options,
      spec,
      signal: this.#signal,
    });
    // With the new volumes known: the plan that the next round will make, if nothing changes until then.
    const planned = planFor(snapshot, seen, spec);
    const situation: Situation = {
      spec,
      hasProfile,
      planned,
      volumes,
      paused,
      waitingForRequest,
      ...(failure === undefined ? {} : { failure }),
    };
    const ready = readiness(situation);
    const now = timestamp(clock.now());
    const generation = this.#nvme.metadata.generation ?? 0;
    await this.#patchStatus({
      nodeUID: publishing.uid,
      bootID,
      observedGeneration: generation,
      provider: planned.plan.provider,
      drives: planned.plan.drives,
      layout: planned.plan.layout,
      inventory: trimmedSnapshot(snapshot),
      plan: planned.plan,
      volumes,
      conditions: conditions(this.#nvme.status?.conditions, situation, ready, generation, now),
      agentVersion: this.#options.version,
      progress: failure === undefined ? undefined : this.#nvme.status?.progress,
    });
    await writeNodeCondition(kube, node, ready, now);
    if (!ready.ready) await markNotReady(kube, publishing);
    else if (await markReady(kube, publishing, bootID, spec)) {
      events.record(eventTarget(nodes, node), 'Normal', 'NVMeReady', ready.message);
    }
    return ready;
  }

  #look(): Promise<Look> {
    return look(this.#options.discover, this.#seen, this.#intent.spec, this.#signal);
  }

  async #reportProgress(progress: Progress): Promise<void> {
    await this.#patchStatus({ progress });
  }

  async #patchStatus(change: { [K in keyof NVMeNodeStatus]?: NVMeNodeStatus[K] | undefined }): Promise<void> {
    const merged = Object.entries({ ...this.#nvme.status, ...change }).filter(
      ([, value]) => value !== undefined,
    );
    this.#nvme = await writeStatus(this.#options.kube, this.#nvme, Object.fromEntries(merged));
  }
}
