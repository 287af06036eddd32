import { withDefaults } from '../../../api/defaults.ts';
import type { NVMeProfile } from '../../../api/profile.ts';
import type { Check } from '../check.ts';
import type { Found } from '../finding.ts';
import { surelyMatches, type NodePool } from '../node-pool.ts';
import { known } from '../survey.ts';

/** NodePools of ours that do not announce the startup taint: Karpenter then waits for pods that never fit. */
export const karpenter: Check = {
  name: 'karpenter',
  installed: true,
  run(survey) {
    const profiles = known(survey.profiles);
    return known(survey.nodePools).flatMap((pool) => missingTaints(pool, profiles));
  },
};

function missingTaints(pool: NodePool, profiles: readonly NVMeProfile[]): Found[] {
  const [spec] = profiles
    .map((profile) => withDefaults(profile.spec))
    .filter(({ nodeSelector }) => surelyMatches(pool, nodeSelector))
    .sort((a, b) => b.priority - a.priority);
  const told = pool.spec?.template?.spec?.startupTaints ?? [];
  return (spec?.taints ?? [])
    .filter(({ key, effect }) => !told.some((taint) => taint.key === key && taint.effect === effect))
    .map(({ key, effect }) => ({
      level: 'error',
      object: `nodepool/${pool.metadata.name}`,
      message: `does not announce the startup taint ${key}:${effect}: Karpenter takes its new nodes for unfit`,
      fix: `kubectl edit nodepool ${pool.metadata.name}: add {key: ${key}, effect: ${effect}} to spec.template.spec.startupTaints`,
    }));
}
