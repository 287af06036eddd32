import type { NodeRequest, NVMeNode, VolumeStatus } from '../../api/node.ts';
import type { Snapshot } from '../../api/snapshot.ts';
import { applySteps, type StepProgress } from '../apply/apply.ts';
import { forgetBegun } from '../apply/forget-begun.ts';
import { nodeStatusOf } from '../apply/kubelet/node-status.ts';
import { RefusedError } from '../apply/refused-error.ts';
import { present } from '../inventory/present.ts';
import type { Planned } from '../plan/planned.ts';
import { isRefused } from '../plan/plan.ts';
import { blindConditions, refusalOf, standingRefusal, withRefusal } from '../report/conditions.ts';
import type { Failure, Readiness } from '../report/readiness.ts';
import type { Released } from '../recycle/evidence.ts';
import { failureOf } from './failure.ts';
import { intentOf, wantedSpec, type Intent } from './intent.ts';
import { givenUp, type Order } from '../order/order.ts';
import { RefusedOrderError } from '../order/refused-order-error.ts';
import { observeWithOrder, recordOrder } from './consent.ts';
import { requestObstacle } from './judge-request.ts';
import { inventoryFor, look, planFor, resetFor, type Look } from './look.ts';
import { markLosses } from './mark-losses.ts';
import type { Observation } from './observe.ts';
import { publishAndSee } from './publish-and-see.ts';
import { publishable } from './publishable.ts';
import { recycleAll } from './recycle-all.ts';
import { judgeAll, withReleased } from './released.ts';
import type { ReconcileOptions } from './reconcile-options.ts';
import { reportStanding } from './report-standing.ts';
import { Reporter } from './reporter.ts';
import { performReset } from './reset/perform.ts';
import { hasUnread, standingOf } from './standing.ts';

/** The effects of one round, in the order in which reconcile.ts calls them. */
export class Round {
  readonly #options: ReconcileOptions;
  #seen: Observation;
  readonly #signal: AbortSignal;
  readonly #to: Reporter;
  /** Why the request that was taken in this round is not carried out. */
  #refusal: string | undefined;
  /** Released volumes of the last look, judged. */
  #released: Released[] = [];

  constructor(options: ReconcileOptions, seen: Observation, signal: AbortSignal) {
    this.#options = options;
    this.#seen = seen;
    this.#signal = signal;
    this.#to = new Reporter(options, seen);
  }

  get #nvme(): NVMeNode {
    return this.#to.nvme;
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
   * says that it was accepted: a crash right after it does not lose a person's order. Gives the look, with what the order
   * gives up.
   */
  async takeRequest(first: Look): Promise<Look> {
    const { request, spec } = this.#intent;
    if (request === undefined) return await this.#withConsent(first);
    const inventory = inventoryFor(first.snapshot, this.#seen, spec);
    const ordered = { ...this.#seen, order: givenUp(request.id, inventory) };
    const reset = resetFor(inventory, this.#seen, spec);
    const { plan } = planFor(first.snapshot, request.planID === undefined ? this.#seen : ordered, spec);
    const why = requestObstacle(request, { plan, reset, pause: this.#seen.pause });
    const { steps } = request.type === 'reset' ? reset.plan : plan;
    const name = steps[0]?.name ?? (request.type === 'reset' ? 'pause the node' : undefined);
    const accepted = why === undefined && name !== undefined;
    const progress = accepted
      ? { step: 1, of: Math.max(1, steps.length), name, requestID: request.id }
      : undefined;
    if (why === undefined) await this.#to.patch({ observedRequestID: request.id, progress });
    else await this.#refuse(request, why);
    if (accepted && request.type === 'reset') this.#to.say.resetStarted(reset.plan);
    return accepted ? await this.#withConsent(first) : first;
  }

  async #refuse({ id }: NodeRequest, why: string): Promise<void> {
    this.#refusal = refusalOf(id, why);
    const before = this.#nvme.status?.conditions;
    const conditions = withRefusal(before, this.#refusal, this.#to.generation, this.#to.now);
    await this.#to.patch({ observedRequestID: id, progress: undefined, conditions });
    this.#to.say.whatIsNew(before, conditions, false);
  }

  /** The plan of a set-up that was ordered with its ID may overwrite what that person has seen, and nothing else. */
  async #withConsent(first: Look): Promise<Look> {
    const { spec, ordered } = this.#intent;
    if (ordered?.planID === undefined || spec.existingData !== 'Wipe') return first;
    const order = this.#seen.order ?? (await this.#recordOrder(ordered));
    if (order === undefined) return first;
    this.#seen = { ...this.#seen, order };
    return { ...first, planned: planFor(first.snapshot, this.#seen, spec) };
  }

  #recordOrder(request: NodeRequest): Promise<Order | undefined> {
    const { host, discover } = this.#options;
    return recordOrder(host, request, async () => {
      const seen = await observeWithOrder(this.#options, this.#signal);
      const { spec } = intentOf(seen);
      const { snapshot, planned } = await look(discover, seen, spec, this.#signal);
      return { planID: planned.plan.id, inventory: inventoryFor(snapshot, seen, spec) };
    });
  }

  /** Whether a reset was accepted and is not done. */
  get isResetting(): boolean {
    return this.#intent.reset !== undefined;
  }

  /** Carries the reset out, as far as it comes, and reports. Nothing is set up, mounted or published in such a round. */
  async reset(): Promise<Readiness> {
    const failure = await this.#performReset();
    this.#seen = await observeWithOrder(this.#options, this.#signal);
    return await this.settle(await this.look(), failure);
  }

  async #performReset(): Promise<Failure | undefined> {
    const request = this.#intent.reset;
    if (request === undefined) return undefined;
    const onProgress = (progress: StepProgress) =>
      this.#to.patch({ progress: { ...progress, requestID: request.id } });
    try {
      await performReset({ ...this.#options, request, onProgress, signal: this.#signal });
      this.#to.say.reset(request.id);
    } catch (error) {
      this.#signal.throwIfAborted();
      if (!(error instanceof RefusedOrderError)) return failureOf(error);
      this.#refusal = refusalOf(request.id, error.message);
    }
    return undefined;
  }

  /** Carries out what may be done: all of the plan, or only what keeps existing volumes in place. True when it tried. */
  async apply(first: Look): Promise<{ tried: boolean; failure?: Failure }> {
    const intent = this.#intent;
    const planned = intent.mayBegin ? first.planned : planFor(first.snapshot, this.#seen, wantedSpec(intent));
    const { plan, steps } = planned;
    if (steps.length === 0 || (intent.mayBegin && isRefused(plan))) return { tried: false };
    const requestID = intent.ordered?.id;
    this.#to.say.setupStarted(planned);
    try {
      await applySteps(steps, {
        ...this.#options,
        signal: this.#signal,
        planID: plan.id,
        verify: () => this.#planAnew(),
        nodeStatus: nodeStatusOf(this.#options.kube, this.#options.nodeName, this.#signal),
        onProgress: (progress) => this.#to.patch({ progress: { ...progress, ...present({ requestID }) } }),
      });
      return { tried: true };
    } catch (error) {
      this.#signal.throwIfAborted();
      await this.#endOrder(error);
      return { tried: true, failure: failureOf(error) };
    }
  }

  /** What was in use is not wiped by the same order once it is free: until then somebody could write to it. */
  async #endOrder(error: unknown): Promise<void> {
    const { ordered } = this.#intent;
    const givesUp = this.#seen.order !== undefined && error instanceof RefusedError;
    if (ordered !== undefined && givesUp) await this.#refuse(ordered, error.message);
  }

  /** The ID of the plan for what machine and cluster say now: a pause, a request or a profile may have come meanwhile. */
  async #planAnew(): Promise<string> {
    const { discover } = this.#options;
    const seen = await observeWithOrder(this.#options, this.#signal);
    if (this.#seen.order !== undefined && seen.order === undefined) return 'none: the order was withdrawn';
    const { planned } = await look(discover, seen, wantedSpec(intentOf(seen)), this.#signal);
    return planned.plan.id;
  }

  /** Publishes what is there, judges what is not, reports, and only then touches the taint. One look serves all of it. */
  async settle({ snapshot, planned: before }: Look, failure: Failure | undefined): Promise<Readiness> {
    await this.#forgetStale(before);
    const intent = this.#intent;
    const { volumes: published, seen } = await this.#publish(snapshot, before, failure);
    const standing = standingOf(snapshot, seen, intent.spec);
    const judged = { ...this.#options, signal: this.#signal };
    const absent = await markLosses(standing, judged);
    this.#released = failure === undefined ? await judgeAll(before.volumes, published, seen, judged) : [];
    const living = withReleased(published, this.#released);
    const volumes = [...living, ...absent.map(({ status }) => status)];
    const outcome = { volumes, intent, failure, refusedRequest: this.#refusedRequest };
    const ready = await reportStanding(this.#to, this.#options.kube, standing, outcome);
    return hasUnread(standing) ? { ...ready, unread: true } : ready;
  }

  /** Looks once more, under the write lock: an agent beside us may just have begun what seems to be of no use. */
  async #forgetStale({ stale }: Planned): Promise<void> {
    if (stale.length === 0) return;
    await forgetBegun(this.#options.host, async () => (await this.look()).planned.stale);
  }

  #publish(
    snapshot: Snapshot,
    { plan }: Planned,
    failure: Failure | undefined,
  ): Promise<{ volumes: VolumeStatus[]; seen: Observation }> {
    return publishAndSee((now) => publishable(snapshot, now, failure !== undefined), {
      ...this.#options,
      spec: this.#intent.spec,
      localDrives: plan.drives.filter(({ role }) => role === 'Local').length,
      onPublished: (volume) => this.#to.say.volumePublished(volume),
      signal: this.#signal,
    });
  }

  /** Ends the lives of released volumes; gives in how many milliseconds to look again at those that are left. */
  recycle(): Promise<number | undefined> {
    const report = async (name: string, reason: string): Promise<void> => {
      const volumes = this.#nvme.status?.volumes ?? [];
      const kept = { state: 'Released' as const, reason };
      await this.#to.patch({
        volumes: volumes.map((one) => (one.name === name ? { ...one, ...kept } : one)),
      });
    };
    const before = this.#seen.nvme.status?.volumes ?? [];
    const { say } = this.#to;
    const localDrives = this.#nvme.status?.drives?.filter(({ role }) => role === 'Local').length ?? 0;
    const common = { ...this.#options, signal: this.#signal, localDrives };
    return recycleAll(this.#released, { ...common, say, before, report });
  }

  /** Reports a round that could not see the machine; what was known of it stays as it was, and so does the taint. */
  async reportBlind(failure: Failure): Promise<Readiness> {
    const ready = { ready: false, ...failure };
    const { generation, now } = this.#to;
    const found = blindConditions(this.#nvme.status?.conditions, failure, generation, now);
    await this.#to.report({ ready, conditions: found, failed: true }, this.#intent.spec, {});
    return ready;
  }

  /** Told until there is another request. */
  get #refusedRequest(): string | undefined {
    const { request } = this.#nvme.spec ?? {};
    if (request === undefined) return undefined;
    return this.#refusal ?? standingRefusal(this.#nvme.status?.conditions, request.id);
  }
}
