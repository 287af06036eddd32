import { persistentVolumeClaims, persistentVolumes, type PersistentVolume } from '../../kube/resources.ts';
import type { Scene } from '../nodes/main-job/scene.ts';

const NAMESPACE = { namespace: 'default' };

/** Binds a claim to exactly that volume; by its name, so that no pod is needed. */
export async function bindClaim(scene: Scene, name: string, volume: PersistentVolume): Promise<void> {
  const { storageClassName, accessModes, volumeMode, capacity } = volume.spec ?? {};
  const volumeName = volume.metadata?.name ?? '';
  await scene.apply({
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name },
    spec: { storageClassName, accessModes, volumeMode, volumeName, resources: { requests: capacity } },
  });
  await scene.until(`${volumeName} to be bound`, 60, async () =>
    (await scene.kube.get(persistentVolumes, volumeName)).status?.phase === 'Bound' ? true : undefined,
  );
}

export async function deleteClaim(scene: Scene, name: string): Promise<void> {
  await scene.kube.delete(persistentVolumeClaims, name, NAMESPACE);
}
