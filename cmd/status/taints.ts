import { withDefaults } from '../../api/defaults.ts';
import { DISKS_READY, LEGACY_TAINT_KEY, STARTUP_TAINT_KEY } from '../../api/keys.ts';
import type { NVMeProfile } from '../../api/profile.ts';
import type { Node } from '../../kube/resources.ts';
import type { TaintSummary } from './node-storage.ts';

/** The taints of ours on a node, with when each began as far as the cluster tells. */
export function startupTaints(node: Node, profiles: readonly NVMeProfile[]): TaintSummary[] {
  const keys = startupTaintKeys(profiles);
  const since = taintedSince(node);
  return (node.spec?.taints ?? [])
    .filter(({ key }) => keys.has(key))
    .map(({ key, effect, timeAdded }) => {
      const began = timeAdded ?? since;
      return {
        key,
        effect: effect as TaintSummary['effect'],
        ...(began === undefined ? {} : { since: began }),
      };
    });
}

/** The keys that profiles put on, the default one and the one of Materialize's tool. */
export function startupTaintKeys(profiles: readonly NVMeProfile[]): Set<string> {
  const wanted = profiles.flatMap((profile) => withDefaults(profile.spec).taints.map(({ key }) => key));
  return new Set([STARTUP_TAINT_KEY, LEGACY_TAINT_KEY, ...wanted]);
}

/** A taint put on at birth is as old as the node; one put on again, as old as the drives' not being ready. */
function taintedSince(node: Node): string | undefined {
  const created = node.metadata?.creationTimestamp;
  const condition = node.status?.conditions?.find(({ type }) => type === DISKS_READY);
  const unready = condition?.status === 'True' ? undefined : condition?.lastTransitionTime;
  if (created === undefined || unready === undefined) return created ?? unready;
  return Date.parse(unready) > Date.parse(created) ? unready : created;
}
