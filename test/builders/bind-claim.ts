import type { KubeApi } from '../../kube/api.ts';
import { persistentVolumeClaims, persistentVolumes, type PersistentVolume } from '../../kube/resources.ts';

const NAMESPACE = { namespace: 'default' };

export interface ClaimSurroundings {
  kube: KubeApi;
  until: <T>(what: string, seconds: number, probe: () => Promise<T | undefined>) => Promise<T>;
}

/** Binds a claim to exactly that volume; by its name, so that no pod is needed. */
export async function bindClaim(
  { kube, until }: ClaimSurroundings,
  name: string,
  volume: PersistentVolume,
): Promise<void> {
  const { storageClassName, accessModes, volumeMode, capacity } = volume.spec ?? {};
  const volumeName = volume.metadata?.name ?? '';
  const body = {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name },
    spec: { storageClassName, accessModes, volumeMode, volumeName, resources: { requests: capacity } },
  };
  const apply = { type: 'apply' as const, body };
  await kube.patch(persistentVolumeClaims, name, apply, { ...NAMESPACE, fieldManager: 'test' });
  await until(`${volumeName} to be bound`, 60, async () =>
    (await kube.get(persistentVolumes, volumeName)).status?.phase === 'Bound' ? true : undefined,
  );
}

export async function deleteClaim({ kube }: Pick<ClaimSurroundings, 'kube'>, name: string): Promise<void> {
  await kube.delete(persistentVolumeClaims, name, NAMESPACE);
}
