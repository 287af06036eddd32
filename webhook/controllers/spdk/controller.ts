import { SPDK_FIELD_MANAGER, SPDK_NODE } from '../../../api/keys.ts';
import { isConflict, isInvalid, isNotFound } from '../../../kube/errors.ts';
import { LevelLoop } from '../../../kube/level-loop.ts';
import { deployments, type Deployment, type Pod } from '../../../kube/resources.ts';
import { keyOf } from '../../../kube/store.ts';
import { notSynced } from '../caches.ts';
import type { ControllerOptions } from '../controller-options.ts';
import { decideSpdk, type DecidedSpdk, type SpdkDecision } from './decide.ts';
import { SpdkEvents } from './events.ts';
import { HeldStill } from './held-still.ts';
import type { SpdkMetrics } from './metrics.ts';
import { BoundNamespaces } from './namespaces.ts';
import { isKept } from './projection.ts';

export interface SpdkOptions extends ControllerOptions<SpdkMetrics> {
  /** The webhook's own. */
  namespace: string;
  /** How long what a node has must stay the same before a Deployment follows: each change costs SPDK a restart. */
  spdkSettleMs: number;
}

const LOOK_AGAIN_MS = 1_000;
const RESYNC_MS = 60_000;
const GATHER_MS = 1_000;

/**
 * Gives Deployments of SPDK that a person has annotated what their node has now, as `kubectl nvme spdk render` would
 * (docs/spdk.md, docs/adr/0009). Needs: rolebindings of one name, nodes, nvmenodes and pods list watch; in namespaces
 * where a user has bound the role deployments list watch patch.
 */
export class SpdkController {
  readonly #options: SpdkOptions;
  readonly #events: SpdkEvents;
  readonly #still: HeldStill;
  readonly #namespaces: BoundNamespaces;
  readonly #loop: LevelLoop;

  constructor(options: SpdkOptions) {
    const { clock, logger } = options;
    this.#options = options;
    this.#events = new SpdkEvents(options.recorder);
    this.#still = new HeldStill(clock, options.spdkSettleMs);
    this.#loop = new LevelLoop({
      ...{ clock, resyncMs: RESYNC_MS, gatherMs: GATHER_MS },
      reconcile: options.liveness.watched('SPDK', (signal: AbortSignal) => this.#look(signal)),
      onError: (error) => logger.warn('SPDK failed, will be tried again', { error }),
    });
    this.#namespaces = new BoundNamespaces({
      ...options,
      onChange: () => this.#loop.poke(),
      onError: (from, error) => logger.warn('SPDK: watch interrupted', { from, error }),
    });
  }

  /** Works until the signal aborts, then resolves. */
  async run(signal: AbortSignal): Promise<void> {
    const { nodes, nvmeNodes, pods } = this.#options.caches;
    const poke = (): void => this.#loop.poke();
    const stops = [nodes.subscribe(poke), nvmeNodes.subscribe(poke), pods.subscribe(poke)];
    try {
      await Promise.all([this.#namespaces.run(signal), this.#loop.run(signal)]);
    } finally {
      for (const stop of stops) stop();
    }
  }

  /** One look at every Deployment that is to be kept current. Gives the time of the next look that it knows of. */
  async #look(signal: AbortSignal): Promise<number | undefined> {
    const { caches, clock, mayWrite } = this.#options;
    if (notSynced(caches).length > 0) return clock.now() + LOOK_AGAIN_MS;
    const kept = this.#namespaces.deployments().filter(isKept);
    const uids = new Set(kept.map(uidOf));
    this.#still.keep(uids);
    this.#events.keep(uids);
    let next: number | undefined;
    for (const decided of this.#decide(kept)) {
      const due = this.#due(decided);
      if (due === undefined) continue;
      if (due <= clock.now()) {
        if (!mayWrite()) return clock.now() + LOOK_AGAIN_MS;
        await this.#act(decided, signal);
      } else next = Math.min(next ?? due, due);
    }
    return next;
  }

  #decide(kept: readonly Deployment[]): DecidedSpdk[] {
    // Mostly so, and thousands of pods need not be read for nobody.
    if (kept.length === 0) return [];
    const { nodes, nvmeNodes, pods } = this.#options.caches;
    const byName = <T>(objects: readonly T[]): Map<string, T> =>
      new Map(objects.map((object) => [keyOf(object), object]));
    const wanted = new Set(kept.map(({ metadata }) => metadata?.annotations?.[SPDK_NODE]));
    const near = pods.store.all().filter(({ spec }) => wanted.has(spec?.nodeName));
    return decideSpdk({
      deployments: kept,
      nodes: byName(nodes.store.all()),
      nvmeNodes: byName(nvmeNodes.store.all()),
      podsOn: (node): Pod[] => near.filter(({ spec }) => spec?.nodeName === node),
    });
  }

  /** When there is something to do, if nothing changes until then. */
  #due({ deployment, decision }: DecidedSpdk): number | undefined {
    if (decision.kind === 'held' || decision.kind === 'refit') {
      return this.#still.due(uidOf(deployment), JSON.stringify(decision));
    }
    this.#still.forget(uidOf(deployment));
    if (decision.kind === 'fits') this.#events.forget(deployment);
    return undefined;
  }

  async #act({ deployment, decision }: DecidedSpdk, signal: AbortSignal): Promise<void> {
    if (decision.kind === 'held') this.#held(deployment, decision.problem);
    else if (decision.kind === 'refit') await this.#refit(deployment, decision, signal);
  }

  #held(deployment: Deployment, problem: string): void {
    if (!this.#events.held(deployment, problem)) return;
    this.#options.logger.info('SPDK deployment left as it is', { deployment: keyOf(deployment), problem });
  }

  /** Whatever comes of it: the next try waits again, so that a refusal is not met at every change of the cluster. */
  async #refit(
    deployment: Deployment,
    { grant, operations }: Extract<SpdkDecision, { kind: 'refit' }>,
    signal: AbortSignal,
  ): Promise<void> {
    const { kube, logger, metrics } = this.#options;
    const { name = '', namespace = '' } = deployment.metadata ?? {};
    this.#still.forget(uidOf(deployment));
    try {
      const options = { namespace, signal, fieldManager: SPDK_FIELD_MANAGER };
      await kube.patch(deployments, name, { type: 'json', operations }, options);
    } catch (error) {
      if (signal.aborted) return;
      const isOvertaken = isNotFound(error) || isConflict(error) || isInvalid(error);
      metrics.changes.inc({ outcome: isOvertaken ? 'overtaken' : 'refused' });
      if (!isOvertaken) this.#held(deployment, error instanceof Error ? error.message : String(error));
      return;
    }
    metrics.changes.inc({ outcome: 'changed' });
    logger.info('SPDK deployment changed', { deployment: keyOf(deployment), pages: grant.pages });
    this.#events.updated(deployment, grant);
  }
}

const uidOf = ({ metadata }: Deployment): string => metadata?.uid ?? '';
