import { TAINTED } from '../../api/keys.ts';
import type { Taint } from '../../api/meta.ts';
import { pointerSegment, type JsonPatchOperation } from '../../kube/patches.ts';
import { recordOf } from '../../api/tainted.ts';
import { isRecord } from './json.ts';

/**
 * Adds taints to a Node that is being created, and notes on it which are ours. It makes what the object lacks: a new
 * Node may come without spec, taints, metadata or annotations.
 */
export function birthPatch(object: unknown, taints: readonly Taint[]): JsonPatchOperation[] {
  const node = isRecord(object) ? object : {};
  return [...addTaints(node.spec, taints), ...addRecord(node.metadata, recordOf(taints))];
}

function addTaints(spec: unknown, taints: readonly Taint[]): JsonPatchOperation[] {
  if (!isRecord(spec)) return [{ op: 'add', path: '/spec', value: { taints } }];
  if (!Array.isArray(spec.taints)) return [{ op: 'add', path: '/spec/taints', value: taints }];
  return taints.map((value) => ({ op: 'add', path: '/spec/taints/-', value }));
}

function addRecord(metadata: unknown, record: string): JsonPatchOperation[] {
  if (!isRecord(metadata)) {
    return [{ op: 'add', path: '/metadata', value: { annotations: { [TAINTED]: record } } }];
  }
  if (!isRecord(metadata.annotations)) {
    return [{ op: 'add', path: '/metadata/annotations', value: { [TAINTED]: record } }];
  }
  return [{ op: 'add', path: `/metadata/annotations/${pointerSegment(TAINTED)}`, value: record }];
}
