import { TAINTED } from './keys.ts';
import type { Taint } from './meta.ts';

/** The part of a Node that says which taints are ours. */
interface Recorded {
  metadata?: { annotations?: Record<string, string> };
  spec?: { taints?: readonly { key: string; effect: string }[] };
}

/** Value of the annotation for these taints, in kubectl's notation: `key:effect,key:effect`. */
export function recordOf(taints: readonly Pick<Taint, 'key' | 'effect'>[]): string {
  return taints.map(({ key, effect }) => `${key}:${effect}`).join(',');
}

/** Keys of the taints that we put on this Node and that are still there; a person's own taint is never among them. */
export function ownTaintKeys(node: Recorded): string[] {
  const record = new Set((node.metadata?.annotations?.[TAINTED] ?? '').split(','));
  const own = (node.spec?.taints ?? []).filter(({ key, effect }) => record.has(`${key}:${effect}`));
  return [...new Set(own.map(({ key }) => key))];
}

/** The record after an edit: of the wanted taints those that are put on, and those that were ours before. */
export function recordAfter(node: Recorded, wanted: readonly Taint[], missing: readonly Taint[]): string {
  const own = ownTaintKeys(node);
  return recordOf(wanted.filter((taint) => missing.includes(taint) || own.includes(taint.key)));
}
