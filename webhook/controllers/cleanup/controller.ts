import { isDeepStrictEqual } from 'node:util';
import { CLEANUP_CONFIG_MAP } from '../../../api/keys.ts';
import type { ConfigMap, Node } from '../../../kube/resources.ts';
import type { Change } from '../../../kube/store.ts';
import { notSynced } from '../caches.ts';
import type { ControllerOptions } from '../controller-options.ts';
import { isAnnounced, observe, type Presence } from './breaker.ts';
import { carryOut } from './carry-out.ts';
import { decideCleanup, type CleanupDecision, type Memory, type Sighting } from '../../../orphans/decide.ts';
import { CleanupEvents } from './events.ts';
import { SentDeletions } from './sent-deletions.ts';
import type { CleanupMetrics } from './metrics.ts';
import {
  EMPTY_RECORD,
  readApproved,
  readRecord,
  stoppedReason,
  type CleanupRecord,
} from '../../../orphans/record.ts';
import { writeRecord } from './record-store.ts';
import { stateOf } from './state.ts';

export interface CleanupOptions extends ControllerOptions<CleanupMetrics> {
  /** The webhook's own, for the record. */
  namespace: string;
  /** Only logs what would be done; the record of missed nodes is kept, so that a real run goes on from it. */
  dryRun: boolean;
}

/** Milliseconds until the next look when something had changed right before its delete, or a cache is not filled. */
const LOOK_AGAIN_MS = 1_000;

/**
 * Removes volumes, claims and dead pods of nodes that are gone. Level-based: each look decides from the caches anew.
 * Needs: persistentvolumes get list watch patch delete; persistentvolumeclaims get list watch delete; pods list watch
 * delete; nodes and nvmenodes get list watch; nvmeprofiles list watch; events create patch; in its own namespace
 * configmaps list watch create patch.
 */
export class CleanupController {
  readonly #options: CleanupOptions;
  readonly #events: CleanupEvents;
  readonly #sent: SentDeletions;
  #sightings: ReadonlyMap<string, Sighting> = new Map();
  #presence: Presence = new Map();
  #record: CleanupRecord | undefined;
  #departed: ReadonlySet<string> = new Set();

  constructor(options: CleanupOptions) {
    this.#options = options;
    this.#events = new CleanupEvents(options);
    this.#sent = new SentDeletions(options.clock);
  }

  /** To be told of every change of a Node: one that goes between two looks is seen only here. */
  onNode(change: Change<Node>): void {
    const { uid } = change.object.metadata ?? {};
    if (change.kind !== 'deleted' || uid === undefined || !isAnnounced(change.object)) return;
    this.#departed = new Set([...this.#departed, uid]);
  }

  /** One look at everything and what is due now. Gives the time of the next look that it knows of. */
  async look(signal: AbortSignal): Promise<number | undefined> {
    const { caches, clock } = this.#options;
    const now = clock.now();
    // An empty cache looks just like a cluster whose nodes are all gone.
    if (notSynced(caches).length > 0) return now + LOOK_AGAIN_MS;
    const state = stateOf(caches);
    const approved = readApproved(this.#stored());
    const departed = this.#departed;
    const known = this.#known() ?? EMPTY_RECORD;
    const { record, presence } = observe(
      state,
      { record: known, presence: this.#presence, departed, approved },
      now,
    );
    if (!(await this.#remember(record, signal))) return now + LOOK_AGAIN_MS;
    this.#presence = presence;
    this.#departed = new Set([...this.#departed].filter((uid) => !departed.has(uid)));
    const decision = decideCleanup(state, this.#memory(record, approved), now);
    this.#sightings = decision.sightings;
    this.#report(decision, record);
    const again = await carryOut(
      { ...this.#options, events: this.#events, sent: this.#sent },
      decision.actions,
      signal,
    );
    return again ? clock.now() + LOOK_AGAIN_MS : decision.nextLook;
  }

  #stored(): ConfigMap | undefined {
    return this.#options.caches.records.store.get(CLEANUP_CONFIG_MAP, this.#options.namespace);
  }

  /** What we wrote last, because the cache may be behind it; after a change of leaders what the other one wrote. */
  #known(): CleanupRecord | undefined {
    return this.#record ?? readRecord(this.#stored());
  }

  #memory(record: CleanupRecord, approved: ReadonlySet<string>): Memory {
    const missedSince = new Map(Object.entries(record.missed).map(([uid, { at }]) => [uid, at]));
    const stopped = record.latch ? { stopped: stoppedReason(record.latch) } : {};
    return { sightings: this.#sightings, missedSince, approved, ...stopped };
  }

  /** Stored before anything is deleted on its ground, so that the next leader knows as much; false when we may not. */
  async #remember(record: CleanupRecord, signal: AbortSignal): Promise<boolean> {
    const { kube, namespace, mayWrite } = this.#options;
    const known = this.#known();
    if (!isDeepStrictEqual(record, known)) {
      if (!mayWrite()) return false;
      await writeRecord(kube, namespace, record, signal);
      this.#tell(record, known);
    }
    this.#record = record;
    return true;
  }

  #tell({ latch, missed }: CleanupRecord, known: CleanupRecord | undefined): void {
    const { logger } = this.#options;
    if (latch === undefined && known?.latch !== undefined) logger.info('clean-up goes on');
    if (latch === undefined || known?.latch !== undefined) return;
    logger.error('clean-up stopped', { why: latch.message, nodes: latch.nodes.length });
    for (const uid of latch.nodes) this.#events.stopped(missed[uid]?.name ?? uid, uid, stoppedReason(latch));
  }

  #report({ actions, sightings }: CleanupDecision, { latch }: CleanupRecord): void {
    const { metrics } = this.#options;
    const held = actions.filter((action) => action.kind === 'hold');
    const going = new Set(
      actions.filter(({ kind }) => kind.startsWith('delete-')).map(({ volume }) => volume.uid),
    );
    const stopped = held.filter(({ volume }) => sightings.has(volume.uid)).length;
    metrics.orphans.set({ state: 'held' }, held.length);
    metrics.orphans.set({ state: 'deleting' }, going.size);
    metrics.orphans.set({ state: 'waiting' }, Math.max(0, sightings.size - going.size - stopped));
    metrics.stopped.set(latch ? 1 : 0);
    this.#events.held([...held, ...actions.filter((action) => action.kind === 'name-pod')]);
  }
}
