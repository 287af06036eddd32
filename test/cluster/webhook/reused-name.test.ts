import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  events,
  namespaces,
  nodes,
  persistentVolumeClaims,
  persistentVolumes,
  type Node,
} from '../../../kube/resources.ts';
import { enrolled, report } from './agent-report.ts';
import { openScene, type Scene } from './scene.ts';
import { boundPod, createStatefulSet } from './stateful-set.ts';

const namespace = 'reused-name-test';
const uidOf = (node: Node): string => node.metadata?.uid ?? '';

describe('a StatefulSet whose node came back as another machine of the same name', () => {
  let scene: Scene;

  beforeAll(async () => {
    scene = await openScene('reused');
    await scene.startWebhook();
    await scene.kube.create(namespaces, { metadata: { name: namespace } });
  });
  afterAll(async () => {
    await scene.kube.delete(namespaces, namespace);
    await scene.close();
  });

  const serving = (name: string): Promise<Node> => scene.nodeInService(name, { serves: 'yes' });
  const claim = () => scene.kube.get(persistentVolumeClaims, 'data-db-0', { namespace });

  it('runs on another node without a hand, although its dead pod holds the claim on the old name', async () => {
    const first = await serving('reused-1');
    const grace = '2s';
    await scene.publish({ name: 'pv-reused-1', nodeName: 'reused-1', nodeUID: uidOf(first), grace });
    await createStatefulSet(scene, {
      name: 'db',
      namespace,
      storageClassName: 'class-reused',
      nodeLabel: 'serves',
    });
    const dead = await boundPod(scene, namespace, 'db-0');
    const before = await claim();
    expect(dead.spec?.nodeName).toBe('reused-1');
    const other = await serving('reused-2');
    await scene.publish({ name: 'pv-reused-2', nodeName: 'reused-2', nodeUID: uidOf(other), grace });

    await scene.kube.delete(nodes, 'reused-1');
    // Times of the API server are whole seconds, and a pod goes by force only if it is older than the Node.
    const madeAt = Date.parse(dead.metadata?.creationTimestamp ?? '');
    await scene.until('the next second', () => Promise.resolve(Date.now() >= madeAt + 1_000 || undefined));
    const second = await serving('reused-1');
    await enrolled(scene, second);
    await scene.until('the volume to be held without a report', async () => {
      const fieldSelector = 'involvedObject.name=pv-reused-1,reason=NVMeOrphanHeld';
      const { items } = await scene.kube.list(events, { namespace: 'default', fieldSelector });
      return items.find(({ message }) => message.includes('has not reported'));
    });
    expect((await boundPod(scene, namespace, 'db-0')).metadata?.uid).toBe(dead.metadata?.uid);
    expect((await claim()).metadata?.deletionTimestamp).toBeUndefined();

    await report(scene, second, []);
    const alive = await boundPod(scene, namespace, 'db-0', (name) => name === 'reused-2');
    expect(alive.metadata?.uid).not.toBe(dead.metadata?.uid);
    expect(await claim()).toMatchObject({ status: { phase: 'Bound' }, spec: { volumeName: 'pv-reused-2' } });
    expect((await claim()).metadata?.uid).not.toBe(before.metadata?.uid);
    await scene.until(
      'the lost volume to be gone',
      async () => (await scene.peek(persistentVolumes, 'pv-reused-1')) === undefined || undefined,
    );
  });
});
