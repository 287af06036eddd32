import { persistentVolumeClaims, persistentVolumes, type PersistentVolume } from '../../kube/resources.ts';
import { until, type BenchNode } from './node.ts';

const NAMESPACE = { namespace: 'default' };
const CLAIM = 'bench';

/** Seconds from a volume's release to the same volume available anew; the claim is bound to it without a pod. */
export async function recycled({ kube, ctx }: BenchNode): Promise<number> {
  const volume = await until(ctx, 'a free volume', async () =>
    (await kube.listAll(persistentVolumes)).items.find(({ status }) => status?.phase === 'Available'),
  );
  const { name: volumeName = '', uid } = volume.metadata ?? {};
  const { storageClassName = '' } = volume.spec ?? {};
  const resources = { requests: { storage: '1Gi' } };
  const spec = { storageClassName, accessModes: ['ReadWriteOnce'], resources, volumeName };
  const body = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: CLAIM }, spec };
  const apply = { type: 'apply' as const, body };
  await kube.patch(persistentVolumeClaims, CLAIM, apply, { ...NAMESPACE, fieldManager: 'bench' });
  const phase = async (): Promise<PersistentVolume | undefined> =>
    (await kube.listAll(persistentVolumes)).items.find(({ metadata }) => metadata?.name === volumeName);
  await until(ctx, 'the volume to be bound', async () =>
    (await phase())?.status?.phase === 'Bound' ? true : undefined,
  );
  await kube.delete(persistentVolumeClaims, CLAIM, NAMESPACE);
  const released = await until(ctx, 'the volume to be released', async () =>
    (await phase())?.status?.phase === 'Bound' ? undefined : performance.now(),
  );
  await until(ctx, 'the volume to be available anew', async () => {
    const now = await phase();
    return now?.status?.phase === 'Available' && now.metadata?.uid !== uid ? true : undefined;
  });
  return (performance.now() - released) / 1000;
}
