import { describe, expect, it } from 'vitest';
import { READY_BOOT_ID, SELECTED_NODE } from '../../../../api/keys.ts';
import type {
  Node,
  PersistentVolume,
  PersistentVolumeClaim,
  StorageClass,
} from '../../../../kube/resources.ts';
import { persistentVolumeClaims, persistentVolumes } from '../../../../kube/resources.ts';
import { decideBindings, type BinderAction } from '../../../../webhook/controllers/binder/decide.ts';
import { executeBinding } from '../../../../webhook/controllers/binder/execute.ts';
import { claim } from '../../../builders/objects.ts';
import { publishedVolume, registeredNode, type PublishedVolume } from '../../../builders/orphans.ts';
import { SteppedClock } from '../../../fakes/clock.ts';
import { FakeKube } from '../../../fakes/kube.ts';

const storageClass: StorageClass = {
  metadata: { name: 'nvme-ssd' },
  provisioner: 'local.kubectl-nvme.dev',
  volumeBindingMode: 'WaitForFirstConsumer',
};

const readyNode = (name: string): Node => {
  const base = registeredNode(`uid-${name}`, name);
  return { ...base, metadata: { ...base.metadata, annotations: { [READY_BOOT_ID]: 'boot-1' } } };
};

function pinned(name: string, to: string | undefined, more: Partial<PersistentVolumeClaim['spec']> = {}) {
  const base = claim({ metadata: { name, namespace: 'default', uid: `uid-${name}`, resourceVersion: '20' } });
  const { volumeName: _none, ...spec } = base.spec ?? {};
  return {
    ...base,
    metadata: {
      ...base.metadata,
      creationTimestamp: `2026-01-01T00:00:0${name.length % 10}Z`,
      annotations: to === undefined ? {} : { [SELECTED_NODE]: to },
    },
    spec: {
      ...spec,
      storageClassName: 'nvme-ssd',
      accessModes: ['ReadWriteOnce'],
      resources: { requests: { storage: '1Gi' } },
      ...more,
    },
    status: { phase: 'Pending' },
  };
}

const free = (name: string, nodeName: string, more: PublishedVolume = {}): PersistentVolume =>
  publishedVolume({ name, nodeName, nodeUID: `uid-${nodeName}`, ...more });

function decide(
  claims: PersistentVolumeClaim[],
  volumes: PersistentVolume[],
  nodes = [readyNode('a'), readyNode('b')],
) {
  return decideBindings({
    claims,
    volumes,
    storageClasses: [storageClass],
    nodes: new Map(nodes.map((node) => [node.metadata?.name ?? '', node])),
  });
}

const shown = (actions: BinderAction[]): string[] =>
  actions.map((action) =>
    action.kind === 'bind'
      ? `${action.claim.metadata?.name ?? ''} → ${action.volume.name}`
      : `${action.claim.metadata?.name ?? ''} released`,
  );

describe('a claim that the scheduler pinned to a node', () => {
  it('gets a free volume of that node, the smallest that fits', () => {
    const large = free('large', 'a');
    large.spec = { ...large.spec, capacity: { storage: '9Gi' } };
    expect(shown(decide([pinned('c', 'a')], [large, free('small', 'a'), free('other', 'b')]))).toEqual([
      'c → small',
    ]);
  });

  it.each<[string, PersistentVolume, Partial<PersistentVolumeClaim['spec']>]>([
    ['too small', free('v', 'a'), { resources: { requests: { storage: '3Gi' } } }],
    ['of another mode', free('v', 'a'), { volumeMode: 'Block' }],
    ['of other access modes', free('v', 'a'), { accessModes: ['ReadWriteMany'] }],
    ['without the labels that are asked for', free('v', 'a'), { selector: { matchLabels: { x: 'y' } } }],
    ['somebody else’s', free('v', 'a', { claimUID: 'other' }), {}],
    ['of an earlier node of that name', free('v', 'a', { nodeUID: 'earlier' }), {}],
    ['of a size that nobody can read', free('v', 'a'), { resources: { requests: { storage: 'much' } } }],
  ])('is not given a volume that is %s', (_, volume, spec) => {
    expect(decide([pinned('c', 'a', spec)], [volume])).toEqual([]);
  });

  it('shares no volume with another: the older one gets it', () => {
    expect(shown(decide([pinned('younger', 'a'), pinned('old', 'a')], [free('v', 'a')]))).toEqual([
      'old → v',
    ]);
  });

  it('is released when another node has a free volume, and only as many as there are', () => {
    const claims = [pinned('c', 'a'), pinned('cc', 'a')];
    expect(shown(decide(claims, [free('v', 'b')]))).toEqual(['c released']);
  });

  it('waits while nobody has a volume, and while its node is being set up', () => {
    expect(decide([pinned('c', 'a')], [])).toEqual([]);
    expect(
      decide([pinned('c', 'a')], [free('v', 'b')], [registeredNode('uid-a', 'a'), readyNode('b')]),
    ).toEqual([]);
  });

  it('is released when its node is gone', () => {
    expect(shown(decide([pinned('c', 'gone')], []))).toEqual(['c released']);
  });

  it('is none of ours when it is bound, unpinned, of another class, or named by a volume already', () => {
    const taken = free('taken', 'a');
    taken.spec = { ...taken.spec, claimRef: { namespace: 'default', name: 'named' } };
    const claims = [
      pinned('bound', 'a', { volumeName: 'x' }),
      pinned('unpinned', undefined),
      pinned('other', 'a', { storageClassName: 'gp3' }),
      pinned('named', 'a'),
    ];
    expect(decide(claims, [taken, free('v', 'a')])).toEqual([]);
  });
});

describe('carrying a binding out', () => {
  async function cluster(): Promise<{ kube: FakeKube; action: BinderAction }> {
    const kube = new FakeKube(new SteppedClock());
    kube.add(persistentVolumeClaims, pinned('c', 'a'));
    kube.add(persistentVolumes, free('v', 'a'));
    const stored = await kube.get(persistentVolumeClaims, 'c', { namespace: 'default' });
    const [action] = decide([stored], [await kube.get(persistentVolumes, 'v')]);
    return { kube, action: action ?? expect.fail('nothing to do') };
  }

  it('names the claim on the volume, once', async () => {
    const { kube, action } = await cluster();
    expect(await executeBinding(kube, action, {})).toBe(true);
    expect((await kube.get(persistentVolumes, 'v')).spec?.claimRef).toMatchObject({
      name: 'c',
      uid: 'uid-c',
    });
    expect(await executeBinding(kube, action, {})).toBe(false);
  });

  it('does nothing when the claim was released meanwhile', async () => {
    const { kube, action } = await cluster();
    kube.change(persistentVolumeClaims, 'c', (object) => delete object.metadata?.annotations, 'default');
    expect(await executeBinding(kube, action, {})).toBe(false);
    expect((await kube.get(persistentVolumes, 'v')).spec?.claimRef).toBeUndefined();
  });

  it('does nothing when somebody else took the volume', async () => {
    const { kube, action } = await cluster();
    kube.change(persistentVolumes, 'v', (object) => (object.metadata = { ...object.metadata, labels: {} }));
    expect(await executeBinding(kube, action, {})).toBe(false);
  });

  it('takes the pin away, unless the claim has changed', async () => {
    const { kube } = await cluster();
    const stored = await kube.get(persistentVolumeClaims, 'c', { namespace: 'default' });
    const action: BinderAction = { kind: 'release', claim: stored, nodeName: 'a', reason: 'test' };
    expect(await executeBinding(kube, action, {})).toBe(true);
    const { metadata } = await kube.get(persistentVolumeClaims, 'c', { namespace: 'default' });
    expect(metadata?.annotations).toEqual({});
    expect(await executeBinding(kube, action, {})).toBe(false);
  });
});
