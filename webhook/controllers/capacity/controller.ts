import type { RequestOptions } from '../../../kube/api.ts';
import { isAlreadyExists, isConflict, isNotFound } from '../../../kube/errors.ts';
import { csiStorageCapacities } from '../../../kube/resources.ts';
import { keyOf } from '../../../kube/store.ts';
import { notSynced } from '../caches.ts';
import type { ControllerOptions } from '../controller-options.ts';
import { decideCapacities, type CapacityAction } from './decide.ts';
import type { CapacityMetrics } from './metrics.ts';

export interface CapacityOptions extends Omit<ControllerOptions<CapacityMetrics>, 'recorder'> {
  /** The webhook's own: the objects have to lie in some namespace, and go with this one. */
  namespace: string;
}

const LOOK_AGAIN_MS = 1_000;

/**
 * Tells the autoscaler what new nodes will bring, by a CSIStorageCapacity for its template nodes per StorageClass,
 * profile and instance type (design in docs/autoscaling.md). Needs: nodes, nvmenodes and nvmeprofiles list watch; in
 * its own namespace csistoragecapacities list watch create patch delete.
 */
export class CapacityController {
  readonly #options: CapacityOptions;

  constructor(options: CapacityOptions) {
    this.#options = options;
  }

  /** One look at everything and what it asks for. Gives the time of the next look that it knows of. */
  async look(signal: AbortSignal): Promise<number | undefined> {
    const { caches, clock, mayWrite } = this.#options;
    if (notSynced(caches).length > 0) return clock.now() + LOOK_AGAIN_MS;
    const actions = decideCapacities({
      profiles: caches.profiles.store.all(),
      nvmeNodes: caches.nvmeNodes.store.all(),
      nodes: new Map(caches.nodes.store.all().map((node) => [keyOf(node), node])),
      existing: caches.capacities.store.all(),
    });
    let failed = false;
    for (const action of actions) {
      if (!mayWrite()) return clock.now() + LOOK_AGAIN_MS;
      failed = !(await this.#carryOut(action, signal)) || failed;
    }
    return failed ? clock.now() + LOOK_AGAIN_MS : undefined;
  }

  /** One object that the API server refuses must not keep the others waiting. */
  async #carryOut(action: CapacityAction, signal: AbortSignal): Promise<boolean> {
    const { logger, metrics } = this.#options;
    const name = action.kind === 'create' ? action.object.metadata?.name : action.name;
    try {
      await this.#write(action, { namespace: this.#options.namespace, signal });
      metrics.changes.inc({ change: action.kind });
      logger.info('storage capacity changed', { change: action.kind, name });
      return true;
    } catch (error) {
      // The cache was behind: what was wanted is so already.
      if (isAlreadyExists(error) || isConflict(error) || isNotFound(error)) return true;
      if (!signal.aborted) logger.warn('storage capacity could not be changed', { name, error });
      return false;
    }
  }

  async #write(action: CapacityAction, options: RequestOptions): Promise<unknown> {
    const { kube } = this.#options;
    switch (action.kind) {
      case 'create':
        return kube.create(csiStorageCapacities, action.object, options);
      case 'resize': {
        const { capacity, maximumVolumeSize } = action;
        const body = { capacity, maximumVolumeSize };
        return kube.patch(csiStorageCapacities, action.name, { type: 'merge', body }, options);
      }
      case 'delete':
        return kube.delete(csiStorageCapacities, action.name, { ...options, uid: action.uid });
    }
  }
}
