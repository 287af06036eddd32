import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NODE_UID } from '../../../api/keys.ts';
import {
  events,
  namespaces,
  nodes,
  persistentVolumeClaims,
  persistentVolumes,
  pods,
  type Node,
} from '../../../kube/resources.ts';
import { enrolled, report } from './agent-report.ts';
import { openScene, type Scene } from './scene.ts';
import { boundPod, createStatefulSet } from './stateful-set.ts';

const namespace = 'cleanup-test';
const NEVER = '1h';
const uidOf = (node: Node): string => node.metadata?.uid ?? '';

describe('clean-up after nodes that are gone', () => {
  let scene: Scene;

  beforeAll(async () => {
    scene = await openScene('gone');
    await scene.startWebhook();
    await scene.kube.create(namespaces, { metadata: { name: namespace } });
  });
  afterAll(async () => {
    await scene.kube.delete(namespaces, namespace);
    await scene.close();
  });

  const nodeInService = (name: string): Promise<Node> =>
    scene.nodeInService(name, { [`serves-${name.slice(0, 3)}`]: 'yes' });

  it('removes claim, pod and PV of a deleted node; the StatefulSet runs on another node, whose volumes stay', async () => {
    const made = [await nodeInService('aaa-1'), await nodeInService('aaa-2')];
    for (const node of made) {
      const name = node.metadata?.name ?? '';
      await scene.publish({ name: `pv-${name}`, nodeName: name, nodeUID: uidOf(node), grace: '2s' });
      await scene.publish({ name: `pv-${name}-free`, nodeName: name, nodeUID: uidOf(node), grace: '2s' });
    }
    await createStatefulSet(scene, {
      ...{ name: 'db', namespace, storageClassName: 'class-gone', nodeLabel: 'serves-aaa' },
    });
    const first = await boundPod(scene, namespace, 'db-0');
    const claim = await scene.kube.get(persistentVolumeClaims, 'data-db-0', { namespace });
    const gone = first.spec?.nodeName ?? '';
    await scene.kube.delete(nodes, gone);

    const second = await boundPod(scene, namespace, 'db-0', (name) => name !== gone);
    expect(second.metadata?.uid).not.toBe(first.metadata?.uid);
    const renewed = await scene.kube.get(persistentVolumeClaims, 'data-db-0', { namespace });
    expect(renewed.metadata?.uid).not.toBe(claim.metadata?.uid);
    await scene.until('the PVs to be gone', async () => {
      const { items } = await scene.kube.list(persistentVolumes, {
        labelSelector: `kubectl-nvme.dev/node=${gone}`,
      });
      return items.length === 0 || undefined;
    });
    const rest = await scene.kube.list(persistentVolumes, {
      labelSelector: `kubectl-nvme.dev/node=${second.spec?.nodeName ?? ''}`,
    });
    expect(rest.items.map(({ status }) => status?.phase).sort()).toEqual(['Available', 'Bound']);
    const said = await scene.kube.list(events, {
      namespace,
      fieldSelector: 'involvedObject.name=data-db-0,reason=NVMeOrphanDeleted',
    });
    expect(said.items[0]?.message).toContain(`node ${gone} is gone`);
  });

  it('leaves Retain and Report volumes, and says why it holds them', async () => {
    const node = await nodeInService('bbb-1');
    const base = { nodeName: 'bbb-1', nodeUID: uidOf(node), grace: '1s' };
    await scene.publish({ ...base, name: 'pv-retain', reclaimPolicy: 'Retain' });
    await scene.publish({ ...base, name: 'pv-report', orphans: 'Report' });
    await scene.publish({ ...base, name: 'pv-delete' });
    await scene.kube.delete(nodes, 'bbb-1');
    await scene.until(
      'pv-delete to be gone',
      async () => (await scene.peek(persistentVolumes, 'pv-delete')) === undefined || undefined,
    );
    for (const [name, reason] of [
      ['pv-retain', 'Retain'],
      ['pv-report', 'Report'],
    ] as const) {
      expect(await scene.peek(persistentVolumes, name)).toBeDefined();
      await scene.until('the Event', async () => {
        const fieldSelector = `involvedObject.name=${name},reason=NVMeOrphanHeld`;
        const { items } = await scene.kube.list(events, { namespace: 'default', fieldSelector });
        return items.find(({ message }) => message.includes(reason));
      });
      await scene.kube.delete(persistentVolumes, name);
    }
  });

  it('keeps what a machine that registered again still has, and removes what its successor does not have', async () => {
    const before = await nodeInService('ccc-1');
    const base = { nodeName: 'ccc-1', nodeUID: uidOf(before), grace: '3s' };
    await scene.publish({ ...base, name: 'pv-found', identity: 'fs-found' });
    await scene.publish({ ...base, name: 'pv-lost', identity: 'fs-lost' });
    await scene.kube.delete(nodes, 'ccc-1');
    const after = await nodeInService('ccc-1');
    expect((await enrolled(scene, after)).status).toBeUndefined();
    await scene.until('both to be held without a report', async () => {
      const { items } = await scene.kube.list(events, {
        namespace: 'default',
        fieldSelector: 'reason=NVMeOrphanHeld',
      });
      const held = items
        .filter(({ message }) => message.includes('has not reported'))
        .map((event) => event.involvedObject.name);
      return (held.includes('pv-found') && held.includes('pv-lost')) || undefined;
    });

    const found = { name: 'pv-found', path: '/pv-disks/x/data', capacity: 2 ** 31, identity: 'fs-found' };
    await report(scene, after, [{ ...found, state: 'Available' }]);
    await scene.until(
      'pv-lost to be gone',
      async () => (await scene.peek(persistentVolumes, 'pv-lost')) === undefined || undefined,
    );
    const kept = await scene.kube.get(persistentVolumes, 'pv-found');
    expect(kept.metadata?.annotations?.[NODE_UID]).toBe(uidOf(after));
  });

  it('keeps every volume when the node is back within the grace', async () => {
    const before = await nodeInService('ddd-1');
    await scene.publish({ name: 'pv-back', nodeName: 'ddd-1', nodeUID: uidOf(before), grace: NEVER });
    await scene.kube.delete(nodes, 'ddd-1');
    await nodeInService('ddd-1');
    await scene.until('an Event that it is held', async () => {
      const fieldSelector = 'involvedObject.name=pv-back,reason=NVMeOrphanHeld';
      const { items } = await scene.kube.list(events, { namespace: 'default', fieldSelector });
      return items[0];
    });
    expect(await scene.peek(persistentVolumes, 'pv-back')).toBeDefined();
  });

  it('never deletes a pod without a controller, but names it', async () => {
    const node = await nodeInService('eee-1');
    await scene.publish({ name: 'pv-bare', nodeName: 'eee-1', nodeUID: uidOf(node), grace: '1s' });
    await scene.kube.create(
      persistentVolumeClaims,
      {
        metadata: { name: 'bare', namespace },
        spec: {
          accessModes: ['ReadWriteOnce'],
          storageClassName: 'class-gone',
          resources: { requests: { storage: '1Gi' } },
        },
      },
      { namespace },
    );
    await scene.kube.create(
      pods,
      {
        metadata: { name: 'bare', namespace },
        spec: {
          nodeSelector: { 'serves-eee': 'yes' },
          tolerations: [{ operator: 'Exists', key: 'node.kubernetes.io/not-ready' }],
          containers: [{ name: 'main', image: 'none' }],
          volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'bare' } }],
        },
      },
      { namespace },
    );
    await boundPod(scene, namespace, 'bare');
    await scene.kube.delete(nodes, 'eee-1');
    await scene.until('the Event on the pod', async () => {
      const fieldSelector = 'involvedObject.name=bare,reason=NVMePodNeedsDeletion';
      return (await scene.kube.list(events, { namespace, fieldSelector })).items[0];
    });
    // The Event is told before anything is deleted, so it may come first.
    await scene.until('the claim to be going', async () => {
      const claim = await scene.peek(persistentVolumeClaims, 'bare', namespace);
      return claim?.metadata?.deletionTimestamp;
    });
    expect(await scene.peek(pods, 'bare', namespace)).toBeDefined();
    expect(await scene.peek(persistentVolumes, 'pv-bare')).toBeDefined();

    await scene.kube.delete(pods, 'bare', { namespace, gracePeriodSeconds: 0 });
    await scene.until(
      'the PV to be gone',
      async () => (await scene.peek(persistentVolumes, 'pv-bare')) === undefined || undefined,
    );
  });
});
