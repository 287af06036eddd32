import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SELECTED_NODE, TEMPLATE_NODE_LABEL } from '../../../api/keys.ts';
import {
  csiDrivers,
  csiStorageCapacities,
  namespaces,
  nodes,
  persistentVolumeClaims,
  persistentVolumes,
  pods,
  storageClasses,
  type Pod,
} from '../../../kube/resources.ts';
import { applyManifests } from '../../../lab/install/install.ts';
import { openScene, type Scene } from './scene.ts';

const namespace = 'autoscaling-test';

describe('the real scheduler and volumes that come later', () => {
  let scene: Scene;

  beforeAll(async () => {
    scene = await openScene('scale');
    await scene.startWebhook();
    await scene.kube.create(namespaces, { metadata: { name: namespace } });
    await scene.until('the StorageClass', () => scene.peek(storageClasses, 'class-scale'));
  });
  afterAll(async () => {
    await scene.kube.delete(namespaces, namespace);
    await scene.close();
    // Other files rely on the CSIDriver that the last tests here took away.
    await applyManifests(scene.ctx, scene.lab, { image: 'kubectl-nvme:none' });
  });

  /** A pod with a claim of its own, for nodes of a group. */
  async function pod(name: string, group: string): Promise<void> {
    await scene.kube.create(
      persistentVolumeClaims,
      {
        metadata: { name, namespace },
        spec: {
          accessModes: ['ReadWriteOnce'],
          storageClassName: 'class-scale',
          resources: { requests: { storage: '1Gi' } },
        },
      },
      { namespace },
    );
    const spec = {
      nodeSelector: { group },
      terminationGracePeriodSeconds: 0,
      tolerations: [{ operator: 'Exists', key: 'node.kubernetes.io/not-ready' }],
      volumes: [{ name: 'data', persistentVolumeClaim: { claimName: name } }],
      containers: [{ name: 'main', image: 'none', volumeMounts: [{ name: 'data', mountPath: '/data' }] }],
    };
    await scene.kube.create(pods, { metadata: { name, namespace }, spec }, { namespace });
  }

  async function publish(name: string, nodeName: string): Promise<void> {
    const { metadata } = await scene.kube.get(nodes, nodeName);
    await scene.publish({ name, nodeName, nodeUID: metadata?.uid ?? '' });
  }

  const refusal = ({ status }: Pod): string =>
    status?.conditions?.find(({ type }) => type === 'PodScheduled')?.message ?? '';
  const claimOf = (name: string) => scene.kube.get(persistentVolumeClaims, name, { namespace });
  const pinOf = async (name: string) => (await claimOf(name)).metadata?.annotations?.[SELECTED_NODE];
  const bound = (name: string) =>
    scene.until(`pod ${name} to be bound with its claim`, async () => {
      const [{ spec }, { status, spec: claim }] = [
        await scene.kube.get(pods, name, { namespace }),
        await claimOf(name),
      ];
      if (spec?.nodeName === undefined || status?.phase !== 'Bound') return undefined;
      return { node: spec.nodeName, volume: claim?.volumeName };
    });
  const unschedulable = (name: string) =>
    scene.until(`pod ${name} to wait`, async () => {
      const found = await scene.kube.get(pods, name, { namespace });
      return refusal(found).includes('did not have enough free storage') ? found : undefined;
    });

  it('has a pod wait unpinned on a node without a free volume, and binds it when one is published', async () => {
    await scene.nodeInService('scale-1', { group: 'one' });
    await pod('first', 'one');
    await unschedulable('first');
    expect(await pinOf('first')).toBeUndefined();
    await publish('scale-pv-1', 'scale-1');
    expect(await bound('first')).toEqual({ node: 'scale-1', volume: 'scale-pv-1' });
  });

  it('gives two pods two volumes, never one, and pins neither', async () => {
    await pod('second', 'one');
    await pod('third', 'one');
    await unschedulable('second');
    await unschedulable('third');
    await publish('scale-pv-2', 'scale-1');
    await scene.until('one of them to be bound', async () => {
      const { status } = await scene.kube.get(persistentVolumes, 'scale-pv-2');
      return status?.phase === 'Bound' ? true : undefined;
    });
    const pins = [await pinOf('second'), await pinOf('third')];
    expect(pins).toEqual([undefined, undefined]);
    await publish('scale-pv-3', 'scale-1');
    const got = [await bound('second'), await bound('third')];
    expect(got.map(({ volume }) => volume).sort()).toEqual(['scale-pv-2', 'scale-pv-3']);
  });

  it('tells the autoscaler of template nodes, and of no real one', async () => {
    const { items } = await scene.until('the capacity', async () => {
      const list = await scene.kube.list(csiStorageCapacities, { namespace: 'kubectl-nvme' });
      return list.items.some(({ storageClassName }) => storageClassName === 'class-scale') ? list : undefined;
    });
    const ours = items.filter(({ storageClassName }) => storageClassName === 'class-scale');
    expect(ours).toHaveLength(1);
    expect(ours[0]?.nodeTopology?.matchLabels).toEqual({ ...scene.label, [TEMPLATE_NODE_LABEL]: 'true' });
  });

  describe('without the CSIDriver', () => {
    beforeAll(async () => {
      await scene.kube.delete(csiDrivers, 'local.kubectl-nvme.dev');
      await scene.nodeInService('scale-2', { group: 'late' });
      await pod('late-1', 'late');
      await pod('late-2', 'late');
      for (const name of ['late-1', 'late-2']) {
        await scene.until(`the scheduler to pin ${name}`, async () => pinOf(name), 60_000);
      }
    });

    it('binds the older of two pinned claims to the one volume that appears', async () => {
      await publish('late-pv-1', 'scale-2');
      expect(await bound('late-1')).toEqual({ node: 'scale-2', volume: 'late-pv-1' });
      expect((await claimOf('late-2')).spec?.volumeName).toBeUndefined();
    });

    it('releases the other when another node has a volume, and no claim stays pinned', async () => {
      await scene.nodeInService('scale-3', { group: 'late' });
      await scene.kube.patch(nodes, 'scale-2', { type: 'merge', body: { spec: { unschedulable: true } } });
      await publish('late-pv-2', 'scale-3');
      expect(await bound('late-2')).toEqual({ node: 'scale-3', volume: 'late-pv-2' });
    });
  });
});
