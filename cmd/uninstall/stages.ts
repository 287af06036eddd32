import { WEBHOOK_NAME } from '../../api/parts.ts';
import type { ManifestObject } from '../install/bundle.ts';
import { REGISTRATIONS } from '../install/unwanted.ts';

/** What goes, in the order in which it goes. */
export interface UninstallStages {
  /** The webhook's Deployment and registrations: from here on nothing starts to taint. */
  webhook: readonly ManifestObject[];
  /** Its rights: a replica on a node that cannot be reached may go on running, but can write nothing. */
  rights: readonly ManifestObject[];
  agent: readonly ManifestObject[];
  rest: readonly ManifestObject[];
  namespaces: readonly ManifestObject[];
  definitions: readonly ManifestObject[];
}

/** Sorts everything that any installation may have had; every object is in exactly one stage. */
export function uninstallStages(known: readonly ManifestObject[]): UninstallStages {
  const of = (stage: keyof UninstallStages): ManifestObject[] =>
    known.filter((object) => stageOf(object) === stage);
  return {
    webhook: [...of('webhook'), ...REGISTRATIONS],
    rights: of('rights'),
    agent: of('agent'),
    rest: of('rest'),
    namespaces: of('namespaces'),
    definitions: of('definitions'),
  };
}

function stageOf({ kind, metadata }: ManifestObject): keyof UninstallStages {
  switch (kind) {
    case 'Namespace':
      return 'namespaces';
    case 'CustomResourceDefinition':
      return 'definitions';
    case 'Deployment':
    case 'MutatingAdmissionPolicy':
    case 'MutatingAdmissionPolicyBinding':
      return 'webhook';
    case 'DaemonSet':
      return 'agent';
    case 'ClusterRoleBinding':
      return metadata.name.includes(WEBHOOK_NAME) ? 'rights' : 'rest';
    default:
      return 'rest';
  }
}
