import { persistentVolumes, type PersistentVolume } from '../../kube/resources.ts';
import { bindClaim, deleteClaim } from '../../test/builders/bind-claim.ts';
import { until, type BenchNode } from './node.ts';

const CLAIM = 'bench';

/** Seconds from a volume's release to the same volume available anew; the claim is bound to it without a pod. */
export async function recycled({ kube, ctx }: BenchNode): Promise<number> {
  const volume = await until(ctx, 'a free volume', async () =>
    (await kube.listAll(persistentVolumes)).items.find(({ status }) => status?.phase === 'Available'),
  );
  const { name, uid } = volume.metadata ?? {};
  const now = async (): Promise<PersistentVolume | undefined> =>
    (await kube.listAll(persistentVolumes)).items.find(({ metadata }) => metadata?.name === name);
  await bindClaim({ kube, until: (what, _seconds, probe) => until(ctx, what, probe) }, CLAIM, volume);
  await deleteClaim({ kube }, CLAIM);
  const released = await until(ctx, 'the volume to be released', async () =>
    (await now())?.status?.phase === 'Bound' ? undefined : performance.now(),
  );
  await until(ctx, 'the volume to be available anew', async () => {
    const { metadata, status } = (await now()) ?? {};
    return status?.phase === 'Available' && metadata?.uid !== uid ? true : undefined;
  });
  return (performance.now() - released) / 1000;
}
