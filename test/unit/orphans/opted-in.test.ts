import { afterEach, describe, expect, it } from 'vitest';
import { CLEANUP, PROVISIONED_BY } from '../../../api/keys.ts';
import {
  nodes,
  persistentVolumes,
  storageClasses,
  type PersistentVolume,
  type StorageClass,
} from '../../../kube/resources.ts';
import { classRules, ownVolume } from '../../../orphans/volume.ts';
import { CleanupController } from '../../../webhook/controllers/cleanup/controller.ts';
import { cleanupMetrics } from '../../../webhook/controllers/cleanup/metrics.ts';
import { persistentVolume } from '../../builders/objects.ts';
import { registeredNode } from '../../builders/orphans.ts';
import { controllerBench, type ControllerBench } from '../../builders/webhook.ts';
import type { FakeKube } from '../../fakes/kube.ts';

const UID = '0b5f2f0e-8f0a-4c5e-9a51-1f6f1c1d2e3f';
const SIGNED = `local-volume-provisioner-n1-${UID}`;
const NAME_ONLY = 'local-volume-provisioner-aks-nvme-18273645-vmss000000';

const storageClass = (rules?: object): StorageClass => ({
  metadata: { name: 'local-ssd', ...(rules ? { annotations: { [CLEANUP]: JSON.stringify(rules) } } : {}) },
  provisioner: 'kubernetes.io/no-provisioner',
  volumeBindingMode: 'WaitForFirstConsumer',
});
const deleting = { orphans: 'Delete', boundGracePeriod: '5m' };

/** A PV as the static provisioner publishes it on node `n1`. */
function staticVolume(
  provisionedBy = SIGNED,
  more: Partial<PersistentVolume['spec']> = {},
): PersistentVolume {
  const base = persistentVolume();
  return {
    ...base,
    metadata: { name: 'local-pv-1', uid: 'pv-uid', annotations: { [PROVISIONED_BY]: provisionedBy } },
    spec: { ...base.spec, storageClassName: 'local-ssd', local: { path: '/mnt/disks/ssd0' }, ...more },
  };
}
const read = (volume: PersistentVolume, of: StorageClass = storageClass(deleting)) =>
  ownVolume(volume, classRules([of]));

describe('a local volume of the static provisioner', () => {
  it('is cleaned up by the rules of its StorageClass, on the node that signed it', () => {
    expect(read(staticVolume())).toMatchObject({
      nodeName: 'n1',
      nodeUID: UID,
      optedInBy: 'local-ssd',
      rules: { orphans: 'Delete', graceMs: 300_000 },
    });
  });

  it.each<[string, PersistentVolume, StorageClass]>([
    ['its class did not opt in', staticVolume(), storageClass()],
    ['another provisioner made it', staticVolume('pd.csi.storage.gke.io'), storageClass(deleting)],
    ['it is of another class', staticVolume(SIGNED, { storageClassName: 'gp3' }), storageClass(deleting)],
    ['it has no node', staticVolume(SIGNED, { nodeAffinity: {} }), storageClass(deleting)],
  ])('is nobody’s business when %s', (_, volume, of) => {
    expect(read(volume, of)).toBeUndefined();
  });

  it('is not local when it lies elsewhere', () => {
    const { local: _none, ...spec } = staticVolume().spec ?? {};
    expect(read({ ...staticVolume(), spec })).toBeUndefined();
  });

  it.each<[string, string, string[], string | undefined]>([
    [
      'as Altinity runs it: name and UID',
      `local-volume-provisioner-ip-10-0-1-2.ec2.internal-${UID}`,
      [],
      UID,
    ],
    ['as the Azure formatter runs it: the name only, owned by its Node', NAME_ONLY, [UID], UID],
    ['by both, and they are the same', SIGNED, [UID], UID],
    ['by the name only', NAME_ONLY, [], undefined],
    ['by the UID of one Node, and owned by another', SIGNED, ['another'], undefined],
    ['by the name only, and owned by two Nodes', NAME_ONLY, [UID, 'another'], undefined],
  ])('tells its node when signed %s; without one certain UID it is held', (_, signed, owners, nodeUID) => {
    const volume = staticVolume(signed);
    const ownerReferences = owners.map((uid) => ({ apiVersion: 'v1', kind: 'Node', name: 'n1', uid }));
    const owned = { ...volume, metadata: { ...volume.metadata, ownerReferences } };
    expect(read(owned)).toMatchObject({ nodeName: 'n1', optedInBy: 'local-ssd' });
    expect(read(owned)?.nodeUID).toBe(nodeUID);
  });

  it('has no rules when the annotation cannot be read', () => {
    expect(read(staticVolume(), storageClass({ orphans: 'Perhaps' }))?.rules).toBeUndefined();
  });
});

describe('clean-up of a volume whose StorageClass opted in', () => {
  let bench: ControllerBench;
  let controller: CleanupController;
  afterEach(() => bench.stop());

  async function start(prepare: (kube: FakeKube) => void): Promise<void> {
    bench = await controllerBench((kube) => {
      kube.add(nodes, registeredNode('node-2', 'n2'));
      kube.add(persistentVolumes, staticVolume());
      prepare(kube);
    });
    controller = new CleanupController({ ...bench.options, metrics: cleanupMetrics(bench.options.registry) });
    await look(0);
  }

  async function look(minutesLater: number): Promise<void> {
    await bench.clock.advance(minutesLater * 60_000);
    await bench.settled();
    await controller.look(new AbortController().signal);
    await bench.settled();
  }
  const isThere = (): boolean => bench.kube.peek(persistentVolumes, 'local-pv-1') !== undefined;

  it('deletes it after the grace of the class, once its node is gone', async () => {
    await start((kube) => kube.add(storageClasses, storageClass(deleting)));
    await look(4.9);
    expect(isThere()).toBe(true);
    await look(0.2);
    expect(isThere()).toBe(false);
  });

  it('never touches it without the annotation', async () => {
    await start((kube) => kube.add(storageClasses, storageClass()));
    await look(60);
    expect(isThere()).toBe(true);
  });

  it('holds it while a machine of that name is there: its agent knows nothing of it', async () => {
    await start((kube) => {
      kube.add(storageClasses, storageClass(deleting));
      kube.add(nodes, registeredNode('another', 'n1'));
    });
    await look(60);
    expect(isThere()).toBe(true);
  });

  it('stops the moment that the annotation is taken off, whatever the cache says', async () => {
    await start((kube) => {
      kube.add(storageClasses, storageClass(deleting));
      kube.before('get', 'storageclasses', () => {
        kube.change(storageClasses, 'local-ssd', (object) => delete object.metadata?.annotations);
      });
    });
    await look(10);
    expect(isThere()).toBe(true);
  });
});
