import { HOSTNAME_LABEL } from '../../api/keys.ts';
import { missingTaints, profileFor } from '../../api/matching.ts';
import type { Taint } from '../../api/meta.ts';
import type { NVMeProfile } from '../../api/profile.ts';
import type { KubeApi } from '../../kube/api.ts';
import { nodes, type Node } from '../../kube/resources.ts';

/** A node that was created as a dry run: the API server asked its admission plugins and stored nothing. */
export interface Birth {
  profile: string;
  missing: Taint[];
}

const NAME = 'kubectl-nvme-doctor';

/**
 * Lets the API server show what it does with a new node of a profile: the only way to see from outside the cluster
 * whether it reaches the webhook, which declares that it has no side effects. Undefined when no profile says by labels
 * alone which nodes it is for.
 */
export async function tryBirth(kube: KubeApi, profiles: readonly NVMeProfile[]): Promise<Birth | undefined> {
  const probe = probeFor(profiles);
  const match = probe && profileFor(probe, profiles);
  if (probe === undefined || match === undefined) return undefined;
  const born = await kube.create(nodes, probe, { dryRun: true });
  return { profile: match.name, missing: missingTaints(born, match.spec.taints) };
}

function probeFor(profiles: readonly NVMeProfile[]): Node | undefined {
  const selector = profiles
    .map(({ spec }) => spec?.nodeSelector ?? {})
    .find(({ matchExpressions = [] }) => matchExpressions.length === 0);
  if (selector === undefined) return undefined;
  const labels = { [HOSTNAME_LABEL]: NAME, ...selector.matchLabels };
  return { apiVersion: 'v1', kind: 'Node', metadata: { name: NAME, labels }, spec: {} };
}
