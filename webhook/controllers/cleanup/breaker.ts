import { profileFor } from '../../../api/matching.ts';
import type { Node } from '../../../kube/resources.ts';
import type { CleanupRecord, Latch, MissedNode } from '../../../orphans/record.ts';
import type { ClusterState } from '../../../orphans/state.ts';
import type { OwnVolume } from '../../../orphans/volume.ts';

/** Nodes of ours that were there at the last look, by UID. */
export type Presence = ReadonlyMap<string, { name: string; announced: boolean }>;

export interface Observation {
  record: CleanupRecord;
  presence: Presence;
}

/** What the look before left, and what was heard since. */
export interface Before {
  record: CleanupRecord;
  presence: Presence;
  /** UIDs of Nodes that went since, announced by their last state: cordon and deletion may lie between two looks. */
  departed: ReadonlySet<string>;
  /** UIDs of volumes that a person released. */
  approved: ReadonlySet<string>;
}

const WINDOW_MS = 300_000;
/** More Nodes than this, and a larger part of all, must vanish unannounced before clean-up stops. */
const MIN_VANISHED = 5;
const MAX_FRACTION = 0.3;
/** Or every matching Node, if there were at least so many. */
const MIN_ALL = 2;

/** Taints by which autoscalers say that they are about to remove a node. */
const ANNOUNCING_TAINTS = ['ToBeDeletedByClusterAutoscaler', 'karpenter.sh/disrupted'];

/**
 * The circuit breaker's look: notes which Nodes have vanished, since when, and whether that was announced; latches
 * when too many vanished unannounced, and lets go when none of their volumes waits for a person any more, or when so many
 * are back that there was nothing to be alarmed about.
 */
export function observe(state: ClusterState, before: Before, now: number): Observation {
  const present = new Map([...state.nodes.values()].map((node) => [node.metadata?.uid ?? '', node]));
  const carriers = new Set(state.volumes.map(({ nodeUID }) => nodeUID));
  const presence = new Map(
    [...present]
      // A node of another provisioner's volumes needs no profile to count.
      .filter(([uid, node]) => carriers.has(uid) || isOurs(state, node))
      .map(([uid, node]) => [uid, { name: node.metadata?.name ?? '', announced: isAnnounced(node) }]),
  );
  const here = new Set(present.keys());
  const missed = missedNodes(state, before, here, now);
  const latch = latchOf(state, before, { missed, present: here, alive: presence.size }, now);
  const announced = [...presence].filter(([, node]) => node.announced).map(([uid]) => uid);
  return { presence, record: { missed, announced: announced.sort(), ...(latch ? { latch } : {}) } };
}

function isOurs(state: ClusterState, node: Node): boolean {
  return state.nvmeNodes.has(node.metadata?.name ?? '') || profileFor(node, state.profiles) !== undefined;
}

/** Whether somebody has said that this Node will go. */
export function isAnnounced({ metadata, spec }: Node): boolean {
  const tainted = (spec?.taints ?? []).some(({ key }) => ANNOUNCING_TAINTS.includes(key));
  return tainted || spec?.unschedulable === true || metadata?.deletionTimestamp !== undefined;
}

function missedNodes(
  state: ClusterState,
  { record, presence, departed }: Before,
  present: ReadonlySet<string>,
  now: number,
): Record<string, MissedNode> {
  const referenced = new Map(
    state.volumes.flatMap(({ nodeUID, nodeName }) => (nodeUID === undefined ? [] : [[nodeUID, nodeName]])),
  );
  const candidates = new Map([
    ...referenced,
    ...[...presence].map(([uid, { name }]): [string, string] => [uid, name]),
    ...Object.entries(record.missed).map(([uid, { name }]): [string, string] => [uid, name]),
  ]);
  const missed = [...candidates]
    .filter(([uid]) => !present.has(uid))
    .map(([uid, name]): [string, MissedNode] => {
      const announced =
        departed.has(uid) || (presence.get(uid)?.announced ?? false) || record.announced.includes(uid);
      return [uid, record.missed[uid] ?? { name, at: now, announced }];
    })
    .filter(([uid, { at }]) => referenced.has(uid) || now - at < WINDOW_MS);
  return Object.fromEntries(missed);
}

function latchOf(
  state: ClusterState,
  { record, approved }: Before,
  {
    missed,
    present,
    alive,
  }: { missed: Record<string, MissedNode>; present: ReadonlySet<string>; alive: number },
  now: number,
): Latch | undefined {
  const vanished = Object.entries(missed)
    .filter(([, node]) => !node.announced && now - node.at < WINDOW_MS)
    .map(([uid]) => uid);
  const before = record.latch?.suspects ?? record.latch?.nodes ?? [];
  const suspects = [...new Set([...before, ...vanished])].filter((uid) => !present.has(uid)).sort();
  const standing = record.latch && isProved(record.latch, suspects.length) ? record.latch : undefined;
  if (standing === undefined && !isTooMany(vanished.length, alive)) return undefined;
  const waiting = new Set(
    state.volumes.filter((one) => needsApproval(one, approved)).map(({ nodeUID }) => nodeUID ?? ''),
  );
  const nodes = suspects.filter((uid) => uid in missed && waiting.has(uid));
  if (nodes.length === 0) return undefined;
  const { at, of, message } = standing ?? newLatch(vanished.length, alive, now);
  return { at, nodes, suspects, ...(of === undefined ? {} : { of }), message };
}

const newLatch = (vanished: number, alive: number, now: number): Omit<Latch, 'nodes' | 'suspects'> => ({
  at: now,
  of: vanished + alive,
  message: `${vanished} of ${vanished + alive} nodes vanished unannounced within ${WINDOW_MS / 60_000} minutes`,
});

/**
 * Nodes that come back under their UIDs never were away: the list was false. Without them the alarm must still be one,
 * by the number of nodes at that time; new nodes and approvals do not make a loss smaller.
 */
const isProved = ({ of }: Latch, suspects: number): boolean =>
  of === undefined || isTooMany(suspects, Math.max(0, of - suspects));

const isTooMany = (vanished: number, alive: number): boolean =>
  (vanished > MIN_VANISHED && vanished > MAX_FRACTION * (vanished + alive)) ||
  (alive === 0 && vanished >= MIN_ALL);

const needsApproval = ({ uid, rules, reclaimPolicy }: OwnVolume, approved: ReadonlySet<string>): boolean =>
  rules?.orphans === 'Delete' && reclaimPolicy === 'Delete' && !approved.has(uid);
