import { DRIVES, HOSTNAME_LABEL, PROVISIONED_BY, PROVISIONER, VOLUME_IDENTITY } from '../../api/keys.ts';
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
  const annotations = volume.metadata?.annotations ?? {};
  const identity = annotations[VOLUME_IDENTITY];
  const claim = volume.spec?.claimRef;
  const drives = drivesOf(annotations[DRIVES]);
  return {
    name: volume.metadata?.name ?? '',
    phase: (volume.status?.phase ?? 'Pending') as KnownVolume['phase'],
    ...(path === undefined ? {} : { path }),
    ...(identity === undefined ? {} : { identity }),
    ...(drives === undefined ? {} : { drives }),
    ...(annotations[PROVISIONED_BY] === PROVISIONER ? { own: true } : {}),
    ...(claim?.name === undefined ? {} : { claim: `${claim.namespace ?? ''}/${claim.name}` }),
    ...(volume.spec?.volumeMode === 'Block' ? { raw: true } : {}),
  };
}

/** What is not ours in the annotation names no drive; the volume's path and identity still do. */
function drivesOf(text: string | undefined): string[] | undefined {
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value.filter((drive) => typeof drive === 'string') : undefined;
  } catch {
    return undefined;
  }
}
