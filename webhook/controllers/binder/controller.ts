import { keyOf } from '../../../kube/store.ts';
import { notSynced } from '../caches.ts';
import type { ControllerOptions } from '../controller-options.ts';
import { decideBindings, type BinderAction } from './decide.ts';
import { BinderEvents } from './events.ts';
import { executeBinding } from './execute.ts';
import type { BinderMetrics } from './metrics.ts';

export type BinderOptions = ControllerOptions<BinderMetrics>;

const LOOK_AGAIN_MS = 1_000;

/**
 * Frees claims that the scheduler pinned to a node: what the late-binding mode lives from, and with the CSIDriver a net
 * under claims that were pinned before it came. Needs: persistentvolumes list watch patch; persistentvolumeclaims get
 * list watch patch; nodes and storageclasses list watch; events create patch.
 */
export class BinderController {
  readonly #options: BinderOptions;
  readonly #events: BinderEvents;

  constructor(options: BinderOptions) {
    this.#options = options;
    this.#events = new BinderEvents(options.recorder);
  }

  /** One look at every pinned claim. Gives the time of the next look that it knows of. */
  async look(signal: AbortSignal): Promise<number | undefined> {
    const { caches, clock, mayWrite } = this.#options;
    if (notSynced(caches).length > 0) return clock.now() + LOOK_AGAIN_MS;
    const actions = decideBindings({
      nodes: new Map(caches.nodes.store.all().map((node) => [keyOf(node), node])),
      storageClasses: caches.storageClasses.store.all(),
      volumes: caches.volumes.store.all(),
      claims: caches.claims.store.all(),
    });
    let changed = false;
    for (const action of actions) {
      if (!mayWrite()) return clock.now() + LOOK_AGAIN_MS;
      changed = !(await this.#carryOut(action, signal)) || changed;
    }
    return changed ? clock.now() + LOOK_AGAIN_MS : undefined;
  }

  async #carryOut(action: BinderAction, signal: AbortSignal): Promise<boolean> {
    const { kube, logger, metrics } = this.#options;
    const fields = { claim: keyOf(action.claim), node: action.nodeName };
    const done = await executeBinding(kube, action, { signal });
    metrics.claims.inc({ outcome: done ? action.kind : 'changed' });
    if (!done) return false;
    logger.info(action.kind === 'bind' ? 'pinned claim bound' : 'pinned claim released', fields);
    this.#events.done(action);
    return true;
  }
}
