import type { Pod } from './resources.ts';

/**
 * Names of the claims that a pod uses, in its own namespace: those it names, and those that Kubernetes makes for its
 * generic ephemeral volumes as `<pod>-<volume>`.
 */
export function claimsOfPod({ metadata, spec }: Pod): string[] {
  return (spec?.volumes ?? []).flatMap((volume) => {
    if (volume.persistentVolumeClaim) return [volume.persistentVolumeClaim.claimName];
    return volume.ephemeral ? [`${metadata?.name ?? ''}-${volume.name}`] : [];
  });
}

/** Pods by the `namespace/name` of each claim that they use. */
export function podsByClaim(pods: readonly Pod[]): Map<string, Pod[]> {
  const found = new Map<string, Pod[]>();
  for (const pod of pods) {
    for (const claim of claimsOfPod(pod)) {
      const key = `${pod.metadata?.namespace ?? ''}/${claim}`;
      const users = found.get(key);
      if (users) users.push(pod);
      else found.set(key, [pod]);
    }
  }
  return found;
}
