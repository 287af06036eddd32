import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CLEANUP, PROVISIONED_BY } from '../../../api/keys.ts';
import { isNotFound } from '../../../kube/errors.ts';
import { nodes, persistentVolumeClaims, persistentVolumes, storageClasses } from '../../../kube/resources.ts';
import { bindClaim } from '../../builders/bind-claim.ts';
import { persistentVolume } from '../../builders/objects.ts';
import { openScene, type Scene } from './scene.ts';

const RULES = JSON.stringify({ orphans: 'Delete', boundGracePeriod: '1s' });
const CLASSES = { 'static-opted-in': { [CLEANUP]: RULES }, 'static-as-it-was': undefined };

describe('volumes that the static provisioner made', () => {
  let scene: Scene;

  beforeAll(async () => {
    scene = await openScene('static');
    await scene.startWebhook('--no-admission');
    for (const [name, annotations] of Object.entries(CLASSES)) {
      await scene.kube.create(storageClasses, {
        metadata: { name, ...(annotations ? { annotations } : {}) },
        provisioner: 'kubernetes.io/no-provisioner',
        volumeBindingMode: 'WaitForFirstConsumer',
      });
    }
  });
  afterAll(async () => {
    for (const name of Object.keys(CLASSES)) {
      await scene.kube.delete(persistentVolumes, `pv-${name}`).catch((error: unknown) => {
        if (!isNotFound(error)) throw error;
      });
      await scene.kube.delete(storageClasses, name);
    }
    await scene.close();
  });

  it('go with their node when their StorageClass opted in, and stay when it did not', async () => {
    // No profile of ours matches it.
    const node = await scene.kube.create(nodes, {
      metadata: { name: 'static-1', labels: { 'kubernetes.io/hostname': 'static-1' } },
    });
    const signature = `local-volume-provisioner-static-1-${node.metadata?.uid ?? ''}`;
    for (const storageClassName of Object.keys(CLASSES)) {
      const { spec } = persistentVolume({}, 'static-1');
      await scene.kube.create(persistentVolumes, {
        metadata: { name: `pv-${storageClassName}`, annotations: { [PROVISIONED_BY]: signature } },
        spec: { ...spec, storageClassName, local: { path: '/mnt/disks/ssd0' } },
      });
    }
    const cordon = { type: 'merge' as const, body: { spec: { unschedulable: true } } };
    await scene.kube.patch(nodes, 'static-1', cordon);
    await scene.kube.delete(nodes, 'static-1');
    await scene.until('the volume of the class that opted in to go', async () => {
      const found = await scene.peek(persistentVolumes, 'pv-static-opted-in');
      return found === undefined || undefined;
    });
    const other = await scene.peek(persistentVolumes, 'pv-static-as-it-was');
    expect(other?.metadata?.deletionTimestamp).toBeUndefined();
    expect(other?.metadata?.name).toBe('pv-static-as-it-was');
  });

  it('give their claim back when the provisioner signs with a name only and the Node owns them, as on Azure', async () => {
    const name = 'static-owned';
    const labels = { 'kubernetes.io/hostname': name };
    const { metadata } = await scene.kube.create(nodes, { metadata: { name, labels } });
    const ownerReferences = [{ apiVersion: 'v1', kind: 'Node', name, uid: metadata?.uid ?? '' }];
    const annotations = { [PROVISIONED_BY]: `local-volume-provisioner-${name}` };
    const { spec } = persistentVolume({}, name);
    const volume = await scene.kube.create(persistentVolumes, {
      metadata: { name: 'pv-static-owned', annotations, ownerReferences },
      spec: { ...spec, storageClassName: 'static-opted-in', local: { path: '/pv-disks/ssd0' } },
    });
    await bindClaim(
      { kube: scene.kube, until: (what, seconds, probe) => scene.until(what, probe, seconds * 1_000) },
      'static-owned',
      volume,
    );
    const cordon = { type: 'merge' as const, body: { spec: { unschedulable: true } } };
    await scene.kube.patch(nodes, name, cordon);
    await scene.kube.delete(nodes, name);
    await scene.until('claim and volume to go', async () => {
      const claim = await scene.peek(persistentVolumeClaims, 'static-owned', 'default');
      const left = await scene.peek(persistentVolumes, 'pv-static-owned');
      return (claim === undefined && left === undefined) || undefined;
    });
  });
});
