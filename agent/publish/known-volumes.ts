import { HOSTNAME_LABEL, VOLUME_IDENTITY } from '../../api/keys.ts';
import type { PersistentVolume } from '../../kube/resources.ts';
import type { KnownVolume } from '../plan/known-volume.ts';

/** Host names that a PV's node affinity allows; undefined when it does not say, so that it may lie anywhere. */
function hostnamesOf(volume: PersistentVolume): Set<string> | undefined {
  const terms = volume.spec?.nodeAffinity?.required?.nodeSelectorTerms ?? [];
  const expressions = terms.flatMap(({ matchExpressions = [] }) => matchExpressions);
  const hosts = expressions.filter(({ key, operator }) => key === HOSTNAME_LABEL && operator === 'In');
  return hosts.length === 0 ? undefined : new Set(hosts.flatMap(({ values = [] }) => values));
}

/** PVs of any provisioner and phase that lie, or may lie, on this node. */
export function volumesOnNode(
  volumes: readonly PersistentVolume[],
  node: { name: string; hostname: string },
): PersistentVolume[] {
  return volumes.filter((volume) => {
    const hosts = hostnamesOf(volume);
    return hosts === undefined || hosts.has(node.hostname) || hosts.has(node.name);
  });
}

/** What planning must know of a PV. */
export function knownVolume(volume: PersistentVolume): KnownVolume {
  const path = volume.spec?.local?.path ?? volume.spec?.hostPath?.path;
  const identity = volume.metadata?.annotations?.[VOLUME_IDENTITY];
  return {
    name: volume.metadata?.name ?? '',
    phase: (volume.status?.phase ?? 'Pending') as KnownVolume['phase'],
    ...(path === undefined ? {} : { path }),
    ...(identity === undefined ? {} : { identity }),
  };
}
