/** An object of a manifest: any kind, always with a name. */
export interface ManifestObject {
  apiVersion: string;
  kind: string;
  metadata: {
    name: string;
    namespace?: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
  };
}

/** What comes with the program to be installed; the build makes it from `manifests/` (scripts/manifests). */
export interface ManifestBundle {
  /** Everything but profiles, as `kubectl kustomize manifests/base` gives it. */
  base: readonly ManifestObject[];
  /** The same of `manifests/overlays/admission-policy`. */
  admissionPolicy: readonly ManifestObject[];
  /** The same of `manifests/overlays/late-binding`. */
  lateBinding: readonly ManifestObject[];
  /** NVMeProfiles of `manifests/examples` by file name without extension. */
  profiles: Readonly<Record<string, ManifestObject>>;
}

/** Everything that any installation from this bundle may consist of, each object once. */
export function everything({ base, admissionPolicy, lateBinding }: ManifestBundle): ManifestObject[] {
  const all = [...base, ...admissionPolicy, ...lateBinding];
  return all.filter((object, index) => index === all.findIndex((other) => isSameObject(object, other)));
}

/** Whether both name the same object of a cluster. */
export const isSameObject = (a: ManifestObject, b: ManifestObject): boolean =>
  a.apiVersion === b.apiVersion &&
  a.kind === b.kind &&
  a.metadata.name === b.metadata.name &&
  a.metadata.namespace === b.metadata.namespace;
