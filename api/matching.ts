import { withDefaults } from './defaults.ts';
import { EXEMPT, PAUSED } from './keys.ts';
import type { ObjectMeta, Taint } from './meta.ts';
import type { NVMeProfile, NVMeProfileSpec } from './profile.ts';
import { selectorMatches } from './selector.ts';

/** The part of a Node that profile matching looks at. */
export interface MatchableNode {
  metadata?: Pick<ObjectMeta, 'name' | 'labels' | 'annotations' | 'creationTimestamp'>;
  /** Effects as they come over the wire: any text. */
  spec?: { taints?: readonly { key: string; effect: string }[] };
}

/** The profile that rules a node, with its spec defaulted. */
export interface ProfileMatch {
  name: string;
  profile: NVMeProfile;
  spec: NVMeProfileSpec;
}

/**
 * The matching profile of the highest priority, equal priorities by name; undefined when none matches. An empty
 * nodeSelector matches every node, as it does everywhere in Kubernetes.
 */
export function profileFor(node: MatchableNode, profiles: Iterable<NVMeProfile>): ProfileMatch | undefined {
  const labels = node.metadata?.labels ?? {};
  return [...profiles]
    .map((profile) => ({ name: profile.metadata.name ?? '', profile, spec: withDefaults(profile.spec) }))
    .filter(({ spec }) => selectorMatches(spec.nodeSelector, labels))
    .sort((a, b) => b.spec.priority - a.spec.priority || (a.name < b.name ? -1 : 1))[0];
}

/** Why nothing of ours may change this node now, or undefined when it may. */
export function handsOff(node: MatchableNode): 'exempt' | 'paused' | undefined {
  const annotations = node.metadata?.annotations ?? {};
  if (EXEMPT in annotations) return 'exempt';
  return PAUSED in annotations ? 'paused' : undefined;
}

/**
 * The wanted taints that the node lacks, each once: a Node with a repeated taint is refused. The same key with another
 * effect is another taint in Kubernetes.
 */
export function missingTaints(node: MatchableNode, wanted: readonly Taint[]): Taint[] {
  const missing: Taint[] = [];
  for (const taint of wanted) {
    const known = [...(node.spec?.taints ?? []), ...missing];
    if (!known.some(({ key, effect }) => key === taint.key && effect === taint.effect)) missing.push(taint);
  }
  return missing;
}
