import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DO_NOT_DISRUPT, PROTECTED } from '../../../api/keys.ts';
import { nodes, persistentVolumeClaims, persistentVolumes } from '../../../kube/resources.ts';
import { openScene, type Scene } from './scene.ts';

const namespace = 'default';
const [SCALE_DOWN, DISRUPT] = DO_NOT_DISRUPT;

describe('a node whose profile protects bound volumes', () => {
  let scene: Scene;

  beforeAll(async () => {
    scene = await openScene('protect', { cleanup: { protect: 'Bound' } });
    await scene.startWebhook('--no-admission');
    const node = await scene.nodeInService('protect-1');
    await scene.publish({ name: 'pv-protect', nodeName: 'protect-1', nodeUID: node.metadata?.uid ?? '' });
  });
  afterAll(() => scene.close());

  /** What of a Node's annotations keeps autoscalers away, and whose it is. */
  async function kept(): Promise<Record<string, string>> {
    const { metadata } = await scene.kube.get(nodes, 'protect-1');
    const own = Object.entries(metadata?.annotations ?? {});
    return Object.fromEntries(own.filter(([key]) => [...DO_NOT_DISRUPT, PROTECTED].includes(key)));
  }

  const becomes = (what: string, wanted: Record<string, string>): Promise<Record<string, string>> =>
    scene.until(what, async () => {
      const now = await kept();
      return JSON.stringify(Object.entries(now).sort()) === JSON.stringify(Object.entries(wanted).sort())
        ? now
        : undefined;
    });

  const phase = (wanted: string): Promise<true> =>
    scene.until(`pv-protect to be ${wanted}`, async () => {
      const { status } = await scene.kube.get(persistentVolumes, 'pv-protect');
      return status?.phase === wanted || undefined;
    });

  async function claim(): Promise<void> {
    const spec = {
      ...{ accessModes: ['ReadWriteOnce'], storageClassName: 'class-protect', volumeName: 'pv-protect' },
      resources: { requests: { storage: '1Gi' } },
    };
    const metadata = { name: 'data-protect', namespace };
    await scene.kube.create(persistentVolumeClaims, { metadata, spec }, { namespace });
    await phase('Bound');
  }

  it('is kept from autoscalers from the moment that a claim is bound, until it is gone', async () => {
    expect(await kept()).toEqual({});
    await claim();
    await becomes('both annotations', {
      [SCALE_DOWN]: 'true',
      [DISRUPT]: 'true',
      [PROTECTED]: DO_NOT_DISRUPT.join(','),
    });
    await scene.kube.delete(persistentVolumeClaims, 'data-protect', { namespace });
    await phase('Released');
    await becomes('none', {});
  });

  it('keeps the annotation that a person put there first', async () => {
    const body = { metadata: { annotations: { [DISRUPT]: 'true' } } };
    await scene.kube.patch(nodes, 'protect-1', { type: 'merge', body });
    // The agent has cleaned the volume and publishes it anew.
    const unclaimed = { type: 'merge' as const, body: { spec: { claimRef: null } } };
    await scene.kube.patch(persistentVolumes, 'pv-protect', unclaimed);
    await claim();
    await becomes('ours beside theirs', {
      [SCALE_DOWN]: 'true',
      [DISRUPT]: 'true',
      [PROTECTED]: SCALE_DOWN,
    });
    await scene.kube.delete(persistentVolumeClaims, 'data-protect', { namespace });
    await phase('Released');
    await becomes('theirs alone', { [DISRUPT]: 'true' });
  });
});
