import type { ManifestObject } from './bundle.ts';
import { isWorkload } from './configure.ts';

/** Objects in the order in which they can be applied: each stage only needs the ones before. */
export interface Stages {
  /** Namespaces and CRDs. */
  foundation: readonly ManifestObject[];
  /** Rights, policies, Services: all before the programs, so that no agent ever runs without its policies. */
  rules: readonly ManifestObject[];
  /** Deployment and DaemonSet. */
  workloads: readonly ManifestObject[];
}

/** Sorts objects into stages, inside each as they stand in the manifests. */
export function inStages(objects: readonly ManifestObject[]): Stages {
  return {
    foundation: objects.filter(isFoundation),
    rules: objects.filter((object) => !isFoundation(object) && !isWorkload(object)),
    workloads: objects.filter(isWorkload),
  };
}

const isFoundation = ({ kind }: ManifestObject): boolean =>
  kind === 'Namespace' || kind === 'CustomResourceDefinition';
