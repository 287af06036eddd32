import type { JsonPatchOperation } from './patches.ts';
import type { Node } from './resources.ts';

interface AnyCondition {
  type: string;
  status: string;
  reason?: string;
  message?: string;
  lastTransitionTime?: string;
}

/**
 * The list with one condition set, in place; `now` (RFC 3339) becomes its lastTransitionTime only if the status
 * changed. The same list comes back when nothing differs, so that no write is needed.
 */
export function setCondition<C extends AnyCondition>(
  conditions: readonly C[] | undefined,
  wanted: Omit<C, 'lastTransitionTime'>,
  now: string,
): readonly C[] {
  const list = conditions ?? [];
  const index = list.findIndex((condition) => condition.type === wanted.type);
  const old = list[index];
  const since = old?.status === wanted.status ? (old.lastTransitionTime ?? now) : now;
  const next = { ...wanted, lastTransitionTime: since } as C;
  if (old === undefined) return [...list, next];
  return isSame(old, next) ? list : list.with(index, next);
}

function isSame(a: AnyCondition, b: AnyCondition): boolean {
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]) as Set<keyof AnyCondition>;
  return [...keys].every((key) => a[key] === b[key]);
}

/** A condition on a Node, without its times. */
export interface NodeConditionInput {
  type: string;
  status: 'True' | 'False' | 'Unknown';
  reason: string;
  message: string;
}

/**
 * JSON patch for `nodes/status` that sets one condition and leaves the kubelet's alone; empty when it stands
 * already. The place in the list is tested, because other writers add and remove conditions.
 */
export function nodeConditionPatch(
  node: Node,
  wanted: NodeConditionInput,
  now: string,
): JsonPatchOperation[] {
  const conditions = node.status?.conditions;
  const index = conditions?.findIndex((condition) => condition.type === wanted.type) ?? -1;
  const old = conditions?.[index];
  if (old && isStated(old, wanted)) return [];
  const since = old?.status === wanted.status ? (old.lastTransitionTime ?? now) : now;
  const value = { ...wanted, lastHeartbeatTime: now, lastTransitionTime: since };
  const list = '/status/conditions';
  if (conditions === undefined) {
    return [
      { op: 'test', path: list, value: null },
      { op: 'add', path: list, value: [value] },
    ];
  }
  if (old === undefined) return [{ op: 'add', path: `${list}/-`, value }];
  return [
    { op: 'test', path: `${list}/${index}/type`, value: wanted.type },
    { op: 'replace', path: `${list}/${index}`, value },
  ];
}

const isStated = (old: AnyCondition, wanted: NodeConditionInput): boolean =>
  old.status === wanted.status && old.reason === wanted.reason && old.message === wanted.message;
