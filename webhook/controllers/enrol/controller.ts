import { NODE_LABEL, PROTECTED, PROVISIONED_BY, PROVISIONER } from '../../../api/keys.ts';
import type { NVMeProfile } from '../../../api/profile.ts';
import { wantedStorageClasses } from '../../../api/wanted-storage-classes.ts';
import { editNode } from '../../../kube/edit-node.ts';
import { isAlreadyExists, isConflict, isInvalid, isNotFound } from '../../../kube/errors.ts';
import { nvmeNodes, storageClasses, type Node, type PersistentVolume } from '../../../kube/resources.ts';
import type { NodeEdit } from '../../../kube/taints.ts';
import { WorkQueue } from '../../../kube/work-queue.ts';
import { notSynced } from '../caches.ts';
import type { ControllerOptions } from '../controller-options.ts';
import { decideEnrolment, decideNode, decideTaints, type EnrolAction } from './decide.ts';
import { EnrolEvents } from './events.ts';
import type { EnrolMetrics } from './metrics.ts';
import { decideStorageClass } from './storage-class.ts';

export type EnrolOptions = ControllerOptions<EnrolMetrics>;

/** Enough for thousands of nodes that join at once; the client's own limit is above it. */
const WORKERS = 16;
/** Milliseconds after which a change that was overtaken is looked at again. */
const LOOK_AGAIN_MS = 1_000;

/**
 * Makes every node that a profile matches known (an NVMeNode), tainted while its drives are not ready, and its
 * StorageClass exist. Keys are `node/NAME` and `class/NAME`. Needs: nodes get list watch patch; nvmenodes list watch
 * create patch delete; nvmeprofiles and persistentvolumes list watch; storageclasses list watch create; events create
 * patch.
 */
export class EnrolController {
  readonly #options: EnrolOptions;
  readonly #events: EnrolEvents;
  readonly #queue: WorkQueue;

  constructor(options: EnrolOptions) {
    this.#options = options;
    this.#events = new EnrolEvents(options.recorder);
    const { clock, logger } = options;
    const onError = (key: string, error: unknown): void =>
      logger.warn('enrolment failed, will be tried again', { key, error });
    this.#queue = new WorkQueue({ clock, onError });
  }

  /** Works until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const unsubscribe = this.#subscribe();
    try {
      const work = this.#options.liveness.watched('an enrolment', (key: string) => this.reconcile(key));
      await this.#queue.run(WORKERS, work, signal);
    } finally {
      for (const stop of unsubscribe) stop();
    }
  }

  #subscribe(): (() => void)[] {
    const { nodes, nvmeNodes: enrolled, profiles, storageClasses: classes, volumes } = this.#options.caches;
    const name = (object: { metadata?: { name?: string } }): string => object.metadata?.name ?? '';
    return [
      nodes.subscribe(({ object }) => this.#addNode(object)),
      enrolled.subscribe(({ object }) => this.#queue.add(`node/${name(object)}`)),
      classes.subscribe(({ object }) => this.#queue.add(`class/${name(object)}`)),
      volumes.subscribe(({ object }) => this.#volumeChanged(object)),
      profiles.subscribe(() => this.#everything()),
    ];
  }

  /** Pods may land at any moment on a node that lacks its taint: it does not wait behind the enrolment of thousands. */
  #addNode(node: Node): void {
    const taints = decideTaints(node, this.#options.caches.profiles.store.all());
    const urgent = (taints?.addTaints ?? []).length > 0;
    this.#queue.add(`node/${node.metadata?.name ?? ''}`, { urgent });
  }

  /** Bound or not any more: the node may have to be protected. */
  #volumeChanged({ metadata }: PersistentVolume): void {
    const node = metadata?.labels?.[NODE_LABEL];
    if (node !== undefined) this.#queue.add(`node/${node}`);
  }

  /** A changed profile may match other nodes and name another class. */
  #everything(): void {
    const { nodes, profiles } = this.#options.caches;
    for (const node of nodes.store.all()) this.#addNode(node);
    for (const name of wantedStorageClasses(profiles.store.all())) this.#queue.add(`class/${name}`);
  }

  /** One node or one class; gives the milliseconds after which it wants to be called again. */
  async reconcile(key: string): Promise<number | undefined> {
    const { caches, mayWrite } = this.#options;
    // Without all profiles a node looks as if none matched it.
    if (notSynced(caches).length > 0 || !mayWrite()) return LOOK_AGAIN_MS;
    const name = key.slice(key.indexOf('/') + 1);
    const profiles = caches.profiles.store.all();
    if (key.startsWith('class/')) return this.#class(name, profiles);
    const node = caches.nodes.store.get(name);
    return node === undefined ? undefined : this.#node(node, profiles);
  }

  async #node(node: Node, profiles: NVMeProfile[]): Promise<number | undefined> {
    const { caches } = this.#options;
    const name = node.metadata?.name ?? '';
    try {
      // First the taint: it keeps pods away, and everything else can wait.
      if (this.#decideNode(node) !== undefined) await this.#edit(node);
      const action = decideEnrolment(node, profiles, caches.nvmeNodes.store.get(name));
      if (action !== undefined) await this.#enrol(node, action);
      return action?.kind === 'delete-stale' ? LOOK_AGAIN_MS : undefined;
    } catch (error) {
      // Gone meanwhile, or changed by somebody else: their change brings it here again, and the time does too.
      if (isNotFound(error) || isConflict(error) || isInvalid(error)) return LOOK_AGAIN_MS;
      throw error;
    }
  }

  #decideNode(node: Node): NodeEdit | undefined {
    const { profiles, volumes } = this.#options.caches;
    const holdsBound = (name: string): boolean =>
      volumes.store.all().some((volume) => isBoundOn(volume, name));
    return decideNode(node, profiles.store.all(), holdsBound);
  }

  /** Decided anew on the live Node, with its version tested: the agent may be removing the taint at this moment. */
  async #edit(seen: Node): Promise<void> {
    const { kube, logger, metrics, mayWrite } = this.#options;
    const { name = '', uid = '' } = seen.metadata ?? {};
    let edit: NodeEdit | undefined;
    const decide = (live: Node): NodeEdit | undefined => {
      edit = mayWrite() ? this.#decideNode(live) : undefined;
      return edit;
    };
    const node = await editNode(kube, name, decide, { exactVersion: true, uid });
    if (node === undefined || edit === undefined) return;
    const { addTaints = [], removeTaintKeys = [], annotations = {} } = edit;
    if (PROTECTED in annotations) {
      const change = annotations[PROTECTED] === null ? 'unprotected' : 'protected';
      metrics.changes.inc({ change });
      logger.info('node change', { node: name, change });
    }
    if (addTaints.length + removeTaintKeys.length === 0) return;
    if (addTaints.length > 0) metrics.changes.inc({ change: 'taint-added' });
    if (removeTaintKeys.length > 0) metrics.changes.inc({ change: 'taint-removed' });
    logger.info('taints changed', {
      node: name,
      added: addTaints.map(({ key }) => key),
      removed: removeTaintKeys,
    });
    this.#events.tainted(node, edit);
  }

  async #enrol(node: Node, action: EnrolAction): Promise<void> {
    const { logger, metrics } = this.#options;
    const name = node.metadata?.name ?? '';
    if (!(await this.#write(name, action))) return;
    if (action.kind === 'set-profile') this.#events.profileSet(node, action.profile, action.was);
    metrics.changes.inc({ change: action.kind });
    logger.info('enrolment changed', { node: name, change: action.kind });
  }

  /** False when it was done already, and only the cache did not know. */
  async #write(name: string, action: EnrolAction): Promise<boolean> {
    const { kube } = this.#options;
    switch (action.kind) {
      case 'create':
        return createdNow(kube.create(nvmeNodes, action.object));
      case 'delete-stale': {
        const { uid, resourceVersion } = action;
        await kube.delete(nvmeNodes, name, { uid, resourceVersion });
        return true;
      }
      case 'set-profile': {
        const { profile, resourceVersion } = action;
        const body = { metadata: { resourceVersion }, spec: { profile } };
        await kube.patch(nvmeNodes, name, { type: 'merge', body });
        return true;
      }
    }
  }

  async #class(name: string, profiles: NVMeProfile[]): Promise<undefined> {
    const { kube, caches, logger, metrics } = this.#options;
    const existing = caches.storageClasses.store.get(name);
    const decision = decideStorageClass(name, profiles, existing);
    if (decision.kind === 'create') {
      if (!(await createdNow(kube.create(storageClasses, decision.object)))) return;
      metrics.changes.inc({ change: 'storage-class' });
      logger.info('StorageClass made', { storageClass: name });
    } else if (decision.kind === 'finding' && existing !== undefined) {
      logger.warn(decision.message);
      this.#events.immediateClass(existing, decision.message);
    }
  }
}

/** Whether a volume of ours on that node is somebody's. */
const isBoundOn = ({ metadata, status }: PersistentVolume, nodeName: string): boolean =>
  metadata?.labels?.[NODE_LABEL] === nodeName &&
  metadata.annotations?.[PROVISIONED_BY] === PROVISIONER &&
  status?.phase === 'Bound';

/** False when the object was there already: what was wanted is there. */
async function createdNow(creation: Promise<unknown>): Promise<boolean> {
  try {
    await creation;
    return true;
  } catch (error) {
    if (isAlreadyExists(error)) return false;
    throw error;
  }
}
