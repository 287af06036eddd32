import { isDeepStrictEqual } from 'node:util';
import { handsOff } from '../api/matching.ts';
import type { PersistentVolumeClaim, Pod } from '../kube/resources.ts';
import { judge, type Evidence, type Whereabouts } from './judge.ts';
import { holdersOf } from './pods.ts';
import { whereabouts, type ClusterState } from './state.ts';
import type { ClaimReference, OwnVolume } from './volume.ts';

interface Deletion {
  volume: OwnVolume;
  /** Must still be so right before the delete. */
  evidence: Evidence;
  reason: string;
}

/** One object to delete for one orphaned volume. */
export type DeleteAction =
  | (Deletion & { kind: 'delete-claim'; claim: PersistentVolumeClaim })
  | (Deletion & { kind: 'delete-pod'; pod: Pod; force: boolean })
  | (Deletion & { kind: 'delete-volume' });

export type CleanupAction =
  | DeleteAction
  /** Nothing would bring the pod back: a person must delete it. */
  | { kind: 'name-pod'; volume: OwnVolume; reason: string; pod: Pod }
  | { kind: 'hold'; volume: OwnVolume; reason: string }
  /** The machine registered again and still carries the volume: the PV names its new Node UID. */
  | { kind: 'keep'; volume: OwnVolume; nodeUID: string };

/** Whether an action deletes something. */
export const isDeletion = (action: CleanupAction): action is DeleteAction =>
  action.kind === 'delete-claim' || action.kind === 'delete-pod' || action.kind === 'delete-volume';

/** What is remembered of an orphan between two looks. */
export interface Sighting {
  /** Milliseconds since the epoch. */
  since: number;
  evidence: Evidence;
}

/** What holds besides the cluster's objects: the circuit breaker's word, and since when orphans are orphans. */
export interface Memory {
  /** By volume UID; what is not in it is seen for the first time. */
  sightings: ReadonlyMap<string, Sighting>;
  /** When a Node, by UID, was first missed; survives a change of leaders. */
  missedSince: ReadonlyMap<string, number>;
  /** Why nothing may be deleted now, unless a person approved the volume. */
  stopped?: string;
  /** UIDs of volumes that a person released. */
  approved: ReadonlySet<string>;
}

export interface CleanupDecision {
  actions: CleanupAction[];
  /** Milliseconds since the epoch at which the next grace period ends; undefined when none runs. */
  nextLook?: number;
  /** For the next look. */
  sightings: ReadonlyMap<string, Sighting>;
}

/**
 * Decides what clean-up does now, without any effect. Order for each volume: its claim, then the pods that hold the
 * claim, then the volume once no claim is left; what cannot go yet comes at a later look.
 */
export function decideCleanup(state: ClusterState, memory: Memory, now: number): CleanupDecision {
  const sightings = new Map<string, Sighting>();
  const actions: CleanupAction[] = [];
  const looks: number[] = [];
  for (const volume of state.volumes) {
    const { action, sighting, due } = decideVolume(state, memory, volume, now);
    if (sighting) sightings.set(volume.uid, sighting);
    if (due !== undefined) looks.push(due);
    actions.push(...action);
  }
  return { actions, sightings, ...(looks.length === 0 ? {} : { nextLook: Math.min(...looks) }) };
}

/** What clean-up does about one volume. */
export interface VolumeDecision {
  action: CleanupAction[];
  /** Set for orphans. */
  sighting?: Sighting;
  /** Why it is, or may be, an orphan. */
  reason?: string;
  /** End of the grace period that still runs, in milliseconds since the epoch. */
  due?: number;
}

/** Decides about one volume; see decideCleanup. */
export function decideVolume(
  state: ClusterState,
  memory: Memory,
  volume: OwnVolume,
  now: number,
): VolumeDecision {
  const at = whereabouts(state, volume);
  const judgement = judge(volume, at);
  if (judgement.verdict === 'kept') return { action: [] };
  if (judgement.verdict === 'found') {
    return { action: [{ kind: 'keep', volume, nodeUID: judgement.nodeUID }] };
  }
  if (volume.rules?.orphans === 'Ignore') return { action: [] };
  const { reason } = judgement;
  const evidence = judgement.verdict === 'orphan' ? judgement.evidence : approvedEvidence(memory, volume, at);
  if (evidence === undefined) return { reason, action: [{ kind: 'hold', volume, reason }] };
  const sighting = sightingOf(memory, volume, evidence, now);
  const restraint = restraintOf(volume, memory, at);
  if (restraint !== undefined) {
    return { sighting, reason, action: [{ kind: 'hold', volume, reason: `${reason}, but ${restraint}` }] };
  }
  const due = sighting.since + graceOf(volume, evidence);
  if (due > now) return { sighting, reason, due, action: [] };
  return { sighting, reason, action: deletions(state, volume, evidence, reason) };
}

/** What no agent proves, a person may: but only that the Node of another UID does not have the volume. */
function approvedEvidence(memory: Memory, volume: OwnVolume, { node }: Whereabouts): Evidence | undefined {
  const nodeUID = node?.metadata?.uid;
  if (nodeUID === undefined || volume.nodeUID === undefined || nodeUID === volume.nodeUID) return undefined;
  return memory.approved.has(volume.uid) ? { kind: 'approved', nodeUID } : undefined;
}

/** The grace starts anew when the evidence changes; a clock that was set back does not make it longer than it is. */
function sightingOf(memory: Memory, volume: OwnVolume, evidence: Evidence, now: number): Sighting {
  const before = memory.sightings.get(volume.uid);
  if (before && isDeepStrictEqual(before.evidence, evidence)) {
    return { evidence, since: Math.min(before.since, now) };
  }
  const missed = evidence.kind === 'absent' ? memory.missedSince.get(volume.nodeUID ?? '') : undefined;
  return { evidence, since: Math.min(missed ?? now, now) };
}

/** A person who approved has looked; everybody else waits. */
const graceOf = ({ rules }: OwnVolume, evidence: Evidence): number =>
  evidence.kind === 'approved' ? 0 : (rules?.graceMs ?? Infinity);

/** Why an orphan is not deleted, or undefined when it may be. */
function restraintOf(volume: OwnVolume, memory: Memory, { node }: Whereabouts): string | undefined {
  const { rules, reclaimPolicy } = volume;
  if (rules === undefined) return 'it carries no clean-up rules that can be read';
  if (rules.orphans !== 'Delete') return `its clean-up rules say ${rules.orphans}`;
  if (reclaimPolicy !== 'Delete') return `its reclaim policy is ${reclaimPolicy}`;
  if (node && handsOff(node) !== undefined) return `node ${volume.nodeName} is ${handsOff(node) ?? ''}`;
  return memory.approved.has(volume.uid) ? undefined : memory.stopped;
}

function deletions(
  state: ClusterState,
  volume: OwnVolume,
  evidence: Evidence,
  reason: string,
): CleanupAction[] {
  const why = { volume, evidence, reason };
  const claim = claimOf(state, volume.claim);
  if (claim === undefined) return volume.deleting ? [] : [{ kind: 'delete-volume', ...why }];
  // Half-bound, or bound to another volume meanwhile: the PV controller settles that first.
  if (claim.spec?.volumeName !== volume.name) return [];
  const isDeleting = claim.metadata?.deletionTimestamp !== undefined;
  const holders = holdersOf(state, volume, evidence).map(({ pod, how }): CleanupAction =>
    how === 'by-hand'
      ? { kind: 'name-pod', volume, pod, reason }
      : { kind: 'delete-pod', ...why, pod, force: how === 'force' },
  );
  return [...(isDeleting ? [] : [{ kind: 'delete-claim' as const, ...why, claim }]), ...holders];
}

/** The very claim that the PV names; one of the same name made later is another. */
function claimOf(state: ClusterState, claim: ClaimReference | undefined): PersistentVolumeClaim | undefined {
  if (claim?.uid === undefined) return undefined;
  const found = state.claims.get(`${claim.namespace}/${claim.name}`);
  return found?.metadata?.uid === claim.uid ? found : undefined;
}
