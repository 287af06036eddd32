import type { DeleteOptions, KubeObject, Patch, ResourceType } from '../../kube/api.ts';
import { preconditionFailed, unprocessablePatch } from './kube-answers.ts';
import { applyJsonPatch, applyMergePatch, PatchFailure } from './kube-patching.ts';
import type { Stored } from './kube-store.ts';

type AnyType = ResourceType<unknown>;

/** What is left of an object at its creation: a status is not the creator's to write, but for a kubelet's Node. */
export function initial(type: AnyType, object: KubeObject): KubeObject {
  if (type.plural === 'nodes') return object;
  const rest: KubeObject & { status?: unknown } = { ...object };
  delete rest.status;
  const phased: Record<string, string> = {
    persistentvolumes: 'Pending',
    persistentvolumeclaims: 'Pending',
    pods: 'Pending',
    namespaces: 'Active',
  };
  const phase = type.group === '' ? phased[type.plural] : undefined;
  return phase === undefined ? rest : ({ ...rest, status: { phase } } as KubeObject);
}

export function patched(current: Stored, patch: Exclude<Patch, { type: 'apply' }>): Stored {
  if (patch.type === 'merge') return applyMergePatch(current, patch.body);
  try {
    return applyJsonPatch(current, patch.operations);
  } catch (error) {
    if (error instanceof PatchFailure) throw unprocessablePatch();
    throw error;
  }
}

/** A scheduled pod lingers until its kubelet lets it go; everything else has no grace. */
export function gracePeriod(type: AnyType, current: Stored, options: DeleteOptions): number {
  const { nodeName } = (current.spec ?? {}) as { nodeName?: string };
  return type.plural === 'pods' && nodeName ? (options.gracePeriodSeconds ?? 30) : 0;
}

/** Throws as the API server does for a delete whose UID or resourceVersion is another one's. */
export function assertPreconditions(type: AnyType, { metadata }: Stored, options: DeleteOptions): void {
  const { name, uid, resourceVersion } = metadata;
  const refuse = (field: string, wanted: string, found: unknown, what: string): Error =>
    preconditionFailed(
      type,
      name,
      `the ${field} in the precondition (${wanted}) does not match the ${field} in record (${String(found)}). The object might have been ${what}`,
    );
  if (options.uid !== undefined && options.uid !== uid)
    throw refuse('UID', options.uid, uid, 'deleted and then recreated');
  if (options.resourceVersion !== undefined && options.resourceVersion !== resourceVersion)
    throw refuse('ResourceVersion', options.resourceVersion, resourceVersion, 'modified');
}
