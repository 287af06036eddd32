import { DRIVES, HOSTNAME_LABEL, PROVISIONED_BY, PROVISIONER, VOLUME_IDENTITY } from '../../api/keys.ts';
import type { PersistentVolume } from '../../kube/resources.ts';
import { present } from '../inventory/present.ts';
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
export function knownVolume({ metadata, spec, status }: PersistentVolume): KnownVolume {
  const annotations = metadata?.annotations ?? {};
  const claim = spec?.claimRef;
  const own = annotations[PROVISIONED_BY] === PROVISIONER;
  return {
    name: metadata?.name ?? '',
    phase: (status?.phase ?? 'Pending') as KnownVolume['phase'],
    ...present({
      path: spec?.local?.path ?? spec?.hostPath?.path,
      identity: annotations[VOLUME_IDENTITY],
      drives: drivesOf(annotations[DRIVES]),
      claim: claim?.name === undefined ? undefined : `${claim.namespace ?? ''}/${claim.name}`,
    }),
    ...(own ? { own } : {}),
    ...(spec?.volumeMode === 'Block' ? { raw: true } : {}),
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
