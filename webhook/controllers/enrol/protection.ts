import { DO_NOT_DISRUPT, PROTECTED } from '../../../api/keys.ts';
import type { Node } from '../../../kube/resources.ts';

/**
 * Annotations that keep the autoscalers off a node as long as `wanted`, and what takes them off again. Only what we put
 * there goes: a key that was there before, or whose value a person changed, is not ours. Empty when nothing is to change.
 */
export function protectionEdit(node: Node, wanted: boolean): Record<string, string | null> {
  const annotations = node.metadata?.annotations ?? {};
  const recorded = (annotations[PROTECTED] ?? '').split(',');
  const own = DO_NOT_DISRUPT.filter((key) => recorded.includes(key) && annotations[key] === 'true');
  if (!wanted) {
    const left = annotations[PROTECTED] === undefined ? [] : [...own, PROTECTED];
    return Object.fromEntries(left.map((key) => [key, null]));
  }
  const missing = DO_NOT_DISRUPT.filter((key) => annotations[key] === undefined);
  if (missing.length === 0) return {};
  const record = DO_NOT_DISRUPT.filter((key) => own.includes(key) || missing.includes(key)).join(',');
  return { ...Object.fromEntries(missing.map((key) => [key, 'true'])), [PROTECTED]: record };
}
