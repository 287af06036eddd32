import { parse } from 'yaml';
import { isSameObject, type ManifestObject } from '../../cmd/install/bundle.ts';

/** One of a kustomization's patches: JSON patch operations on a target, or a whole object's deletion. */
export interface KustomizePatch {
  target?: { kind: string; name: string };
  /** YAML text. */
  patch: string;
}

interface Operation {
  op: string;
  path: string;
  value?: unknown;
}

/** The objects after one patch. Throws on a kind of patch that our manifests do not use. */
export function patched(
  objects: readonly ManifestObject[],
  { target, patch }: KustomizePatch,
): ManifestObject[] {
  const content = parse(patch) as Operation[] | (ManifestObject & { $patch?: string });
  if (Array.isArray(content)) {
    if (target === undefined) throw new Error(`expected a target beside the JSON patch, got none: ${patch}`);
    return objects.map((object) =>
      object.kind === target.kind && object.metadata.name === target.name
        ? content.reduce(operated, structuredClone(object))
        : object,
    );
  }
  if (content.$patch !== 'delete')
    throw new Error(`expected a JSON patch or $patch: delete, got \`${patch}\``);
  return objects.filter((object) => !isSameObject(object, content));
}

/** Changes the object in place (RFC 6902, add and remove of members and list items). */
function operated(object: ManifestObject, { op, path, value }: Operation): ManifestObject {
  const keys = path.split('/').slice(1);
  const last = keys.pop() ?? '';
  const parent = keys.reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], object);
  if (op === 'add' && !Array.isArray(parent)) (parent as Record<string, unknown>)[last] = value;
  else if (op === 'remove' && Array.isArray(parent)) parent.splice(Number(last), 1);
  else throw new Error(`expected add to an object or remove from a list, got \`${op} ${path}\``);
  return object;
}
