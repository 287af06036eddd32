import { isDeepStrictEqual } from 'node:util';
import type { Taint } from '../api/meta.ts';
import { pointerSegment, type JsonPatchOperation } from './patches.ts';
import type { Node } from './resources.ts';

/** What is to be different on a Node, all in one write. */
export interface NodeEdit {
  /** Put on unless a taint of that key and effect is there. */
  addTaints?: readonly Taint[];
  /** Taken off, whatever their effect, but for those to be put on. */
  removeTaintKeys?: readonly string[];
  /** Null takes an annotation off. */
  annotations?: Readonly<Record<string, string | null>>;
  labels?: Readonly<Record<string, string | null>>;
}

/**
 * JSON patch that makes the edit on the Node as it was read, undefined when there is nothing to do. `spec.taints` is
 * an atomic list, so the whole of it is tested; so is the UID, and with `exactVersion` the resourceVersion, for edits
 * that rest on more of the Node than what they touch.
 */
export function nodeEditPatch(
  node: Node,
  edit: NodeEdit,
  options: { exactVersion?: boolean } = {},
): JsonPatchOperation[] | undefined {
  const operations = [
    ...taintOperations(node, edit),
    ...mapOperations('annotations', node.metadata?.annotations, edit.annotations ?? {}),
    ...mapOperations('labels', node.metadata?.labels, edit.labels ?? {}),
  ];
  if (operations.length === 0) return undefined;
  const version = options.exactVersion === true ? ['uid', 'resourceVersion'] : ['uid'];
  const tests = version.map((key): JsonPatchOperation => {
    const value = node.metadata?.[key as 'uid' | 'resourceVersion'];
    return { op: 'test', path: `/metadata/${key}`, value };
  });
  return [...tests, ...operations];
}

function taintOperations(node: Node, edit: NodeEdit): JsonPatchOperation[] {
  // The wire type says string where the API server admits only the three effects.
  const before = node.spec?.taints as Taint[] | undefined;
  const after = editedTaints(before ?? [], edit);
  if (isDeepStrictEqual(before ?? [], after)) return [];
  const path = '/spec/taints';
  // A list that is absent reads as null in a test.
  const test: JsonPatchOperation = { op: 'test', path, value: before ?? null };
  return after.length === 0 ? [test, { op: 'remove', path }] : [test, { op: 'add', path, value: after }];
}

/** A taint that is both taken off by key and asked for stays where it is, so that a repeated edit changes nothing. */
function editedTaints(taints: readonly Taint[], { addTaints = [], removeTaintKeys = [] }: NodeEdit): Taint[] {
  const isIn = (list: readonly Taint[], { key, effect }: Taint): boolean =>
    list.some((taint) => taint.key === key && taint.effect === effect);
  const kept = taints.filter((taint) => !removeTaintKeys.includes(taint.key) || isIn(addTaints, taint));
  return [...kept, ...addTaints.filter((taint) => !isIn(kept, taint))];
}

function mapOperations(
  field: 'annotations' | 'labels',
  before: Readonly<Record<string, string>> | undefined,
  wanted: Readonly<Record<string, string | null>>,
): JsonPatchOperation[] {
  const different = Object.entries(wanted).filter(([key, value]) => (before?.[key] ?? null) !== value);
  if (different.length === 0) return [];
  const path = `/metadata/${field}`;
  if (before === undefined) {
    return [
      { op: 'test', path, value: null },
      { op: 'add', path, value: Object.fromEntries(different) },
    ];
  }
  return different.map(([key, value]): JsonPatchOperation => {
    const at = `${path}/${pointerSegment(key)}`;
    return value === null ? { op: 'remove', path: at } : { op: 'add', path: at, value };
  });
}
