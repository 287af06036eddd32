import type { ResourceType } from '../../kube/api.ts';
import type { ManifestObject } from './bundle.ts';

/** Where the API serves an object of a manifest. Our manifests name the namespace of whatever lives in one. */
export function resourceTypeOf({ apiVersion, kind, metadata }: ManifestObject): ResourceType<ManifestObject> {
  const [version = '', group = ''] = apiVersion.split('/').reverse();
  return { group, version, plural: pluralOf(kind), kind, namespaced: metadata.namespace !== undefined };
}

/** Kubernetes' own rule for the resource of a kind (UnsafeGuessKindToResource in apimachinery). */
function pluralOf(kind: string): string {
  const singular = kind.toLowerCase();
  if (singular.endsWith('s')) return `${singular}es`;
  return singular.endsWith('y') ? `${singular.slice(0, -1)}ies` : `${singular}s`;
}

/** `deployment.apps/nvme-webhook`: how kubectl names an object in what it prints. */
export const printedName = (object: ManifestObject): string =>
  `${printedKind(object)}/${object.metadata.name}`;

/** `deployment.apps`. */
export function printedKind(object: ManifestObject): string {
  const { group } = resourceTypeOf(object);
  return `${object.kind.toLowerCase()}${group === '' ? '' : `.${group}`}`;
}
