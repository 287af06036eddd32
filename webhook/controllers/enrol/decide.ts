import { READY_BOOT_ID, TAINTED } from '../../../api/keys.ts';
import { handsOff, missingTaints, profileFor, type ProfileMatch } from '../../../api/matching.ts';
import type { NVMeNode } from '../../../api/node.ts';
import type { NVMeProfile } from '../../../api/profile.ts';
import { ownTaintKeys, recordAfter } from '../../../api/tainted.ts';
import type { Node } from '../../../kube/resources.ts';
import type { NodeEdit } from '../../../kube/taints.ts';
import { newNVMeNode, ownerUID } from './nvme-node.ts';
import { protectionEdit } from './protection.ts';

/** What is to happen to the NVMeNode of a node. */
export type EnrolAction =
  | { kind: 'create'; object: NVMeNode }
  /** It belongs to an earlier machine of this name: removed first, made anew at the next look. */
  | { kind: 'delete-stale'; uid: string; resourceVersion: string }
  /** Null takes the profile out: a node that none matches any more is kept as it is, and not set up further. */
  | { kind: 'set-profile'; profile: string | null; was: string | undefined; resourceVersion: string };

/** Decides about the NVMeNode of one node; undefined when it is as it should be. */
export function decideEnrolment(
  node: Node,
  profiles: Iterable<NVMeProfile>,
  enrolled: NVMeNode | undefined,
): EnrolAction | undefined {
  if (handsOff(node) === 'exempt' || node.metadata?.deletionTimestamp !== undefined) return undefined;
  const match = profileFor(node, profiles);
  if (enrolled === undefined) {
    return match === undefined ? undefined : { kind: 'create', object: newNVMeNode(node, match.name) };
  }
  const { uid = '', resourceVersion = '' } = enrolled.metadata;
  if (ownerUID(enrolled) !== node.metadata?.uid) return { kind: 'delete-stale', uid, resourceVersion };
  const wanted = wantedProfile(enrolled, match, profiles);
  const was = enrolled.spec?.profile;
  return wanted === was ? undefined : { kind: 'set-profile', profile: wanted ?? null, was, resourceVersion };
}

/** A person who ordered a set-up chose its rules: they stand while they exist, whatever the selectors say. */
function wantedProfile(
  { spec = {} }: NVMeNode,
  match: ProfileMatch | undefined,
  profiles: Iterable<NVMeProfile>,
): string | undefined {
  const { profile, overrides, request } = spec;
  if (request === undefined) return match?.name;
  const stands =
    profile === undefined
      ? overrides !== undefined
      : [...profiles].some(({ metadata }) => metadata.name === profile);
  return stands ? profile : match?.name;
}

/**
 * Decides about everything that enrol writes on one Node: taints, and the annotations that keep autoscalers off it while
 * it `holdsBound` volumes of ours and its profile protects such nodes. `undefined` when nothing is to change.
 */
export function decideNode(
  node: Node,
  profiles: Iterable<NVMeProfile>,
  holdsBound: (nodeName: string) => boolean,
): NodeEdit | undefined {
  if (handsOff(node) !== undefined || node.metadata?.deletionTimestamp !== undefined) return undefined;
  const taints = decideTaints(node, profiles);
  const protect = profileFor(node, profiles)?.spec.cleanup.protect === 'Bound';
  const annotations = protectionEdit(node, protect && holdsBound(node.metadata?.name ?? ''));
  if (Object.keys(annotations).length === 0) return taints;
  return { ...taints, annotations: { ...taints?.annotations, ...annotations } };
}

/**
 * Decides about the taints of one node. Ready is a fact on the Node: the agent writes the boot ID in the same patch
 * that removes the taint, so the taint comes back only in another boot. `undefined` when nothing is to change.
 */
export function decideTaints(node: Node, profiles: Iterable<NVMeProfile>): NodeEdit | undefined {
  if (handsOff(node) !== undefined || node.metadata?.deletionTimestamp !== undefined) return undefined;
  const match = profileFor(node, profiles);
  if (match === undefined) return withoutProfile(node);
  const wanted = match.spec.taints;
  const stale = ownTaintKeys(node).filter((key) => !wanted.some((taint) => taint.key === key));
  const missing = isToBeHeld(node, match) ? missingTaints(node, wanted) : [];
  if (missing.length === 0 && stale.length === 0) return undefined;
  return {
    addTaints: missing,
    removeTaintKeys: stale,
    annotations: { [TAINTED]: recordAfter(node, wanted, missing) },
  };
}

/** Only what we put on is ours to take off; a taint of the node pool with the same key stays. */
function withoutProfile(node: Node): NodeEdit | undefined {
  const keys = ownTaintKeys(node);
  return keys.length === 0 ? undefined : { removeTaintKeys: keys, annotations: { [TAINTED]: null } };
}

/** Whether pods are to be kept away now: not ready in this boot, and not a node that was here before the profile. */
function isToBeHeld(node: Node, match: ProfileMatch): boolean {
  const ready = node.metadata?.annotations?.[READY_BOOT_ID];
  if (ready === undefined) return match.spec.taintExisting || !isOlder(node, match);
  const bootID = node.status?.nodeInfo?.bootID ?? '';
  return bootID !== '' && ready !== bootID;
}

function isOlder(node: Node, { profile }: ProfileMatch): boolean {
  const born = Date.parse(node.metadata?.creationTimestamp ?? '');
  const since = Date.parse(profile.metadata.creationTimestamp ?? '');
  return born < since;
}
