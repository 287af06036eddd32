import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kubectl, kubectlJson, type KubectlTarget } from '../../../lab/install/kubectl.ts';
import type { Lab } from '../../../lab/lab.ts';
import { waitFor } from '../../../lab/wait.ts';
import { openPolicyScene, policyVolume, type PolicyScene, type VolumeChange } from './agent-policy-scene.ts';

const [mine, other] = ['policy-mine', 'policy-other'];

const volume = (name: string, change: Partial<VolumeChange> = {}): object =>
  policyVolume(name, { host: mine, ...change });

describe('the policy that keeps an agent to its node', () => {
  let scene: PolicyScene;
  let ctx: PolicyScene['ctx'];
  let lab: Lab;
  let stolen: KubectlTarget;
  let unbound: KubectlTarget;
  let apply: PolicyScene['create'];
  let patchNode: PolicyScene['patchNode'];

  beforeAll(async () => {
    scene = await openPolicyScene('policy');
    ({ ctx, lab, stolen, unbound, create: apply, patchNode } = scene);
  });

  afterAll(async () => {
    const volumes = ['policy-volume', 'policy-of-another', 'policy-released'];
    await kubectl(ctx, lab, 'delete', 'pv', ...volumes, '--ignore-not-found', '--wait=false');
    await scene.close();
  });

  it('lets it remove the startup taint and mark its own node ready, in one patch', async () => {
    await patchNode(mine, [
      { op: 'test', path: '/spec/taints/0/key', value: 'disk-unconfigured' },
      { op: 'remove', path: '/spec/taints/0' },
      { op: 'add', path: '/metadata/annotations/kubectl-nvme.dev~1ready-boot-id', value: 'b' },
    ]);
    const after = await kubectlJson<{ spec: { taints: { key: string }[] } }>(ctx, lab, 'get', 'node', mine);
    expect(after.spec.taints.map(({ key }) => key)).not.toContain('disk-unconfigured');
  });

  it('lets it pause its node for a reset, with the startup taint, in one patch', async () => {
    const annotation = '/metadata/annotations/kubectl-nvme.dev~1';
    await patchNode(mine, [
      { op: 'add', path: '/spec/taints/-', value: { key: 'disk-unconfigured', effect: 'NoSchedule' } },
      { op: 'add', path: `${annotation}paused`, value: '{"by":"nvme-agent"}' },
      { op: 'remove', path: `${annotation}ready-boot-id` },
    ]);
    const after = await kubectlJson<{ spec: { taints: { key: string }[] } }>(ctx, lab, 'get', 'node', mine);
    expect(after.spec.taints.map(({ key }) => key)).toContain('disk-unconfigured');
  });

  it('lets it write its condition into its own status', async () => {
    const condition = { type: 'kubectl-nvme.dev/DisksReady', status: 'True', reason: 'AsExpected' };
    const patch = JSON.stringify({ status: { conditions: [condition] } });
    await kubectl(
      ctx,
      stolen,
      'patch',
      'node',
      mine,
      '--subresource=status',
      '--type=strategic',
      '-p',
      patch,
    );
  });

  it.each([
    [
      'another node',
      other,
      [{ op: 'add', path: '/metadata/labels/kubectl-nvme.dev~1x', value: '1' }],
      'only the node',
    ],
    ['a foreign label', mine, [{ op: 'replace', path: '/metadata/labels/team', value: 'b' }], 'only labels'],
    [
      'a foreign annotation',
      mine,
      [{ op: 'add', path: '/metadata/annotations/x', value: 'b' }],
      'only annotations',
    ],
    ['a foreign taint', mine, [{ op: 'replace', path: '/spec/taints', value: [] }], 'only startup taints'],
    [
      'a new taint',
      mine,
      [{ op: 'add', path: '/spec/taints/-', value: { key: 'evil', effect: 'NoExecute' } }],
      'only startup taints of local drives',
    ],
    [
      'a startup taint that drives pods away',
      mine,
      [
        {
          op: 'add',
          path: '/spec/taints/-',
          value: { key: 'readiness.k8s.io/disks', effect: 'NoExecute' },
        },
      ],
      'only startup taints of local drives',
    ],
    ['cordoning', mine, [{ op: 'add', path: '/spec/unschedulable', value: true }], 'nothing else'],
  ])('denies %s', async (_, name, patch, message) => {
    await expect(patchNode(name, patch)).rejects.toThrow(message);
  });

  it('denies a condition that is not ours', async () => {
    const patch = JSON.stringify({
      status: { conditions: [{ type: 'Ready', status: 'True', reason: 'x' }] },
    });
    await expect(
      kubectl(ctx, stolen, 'patch', 'node', mine, '--subresource=status', '--type=strategic', '-p', patch),
    ).rejects.toThrow('only the condition');
  });

  it('lets it publish a local volume of its own node', async () => {
    await apply(stolen, volume('policy-volume'));
    expect(await kubectl(ctx, lab, 'get', 'pv', 'policy-volume', '-o', 'name')).toContain('policy-volume');
  });

  it.each<[string, Partial<VolumeChange>, string]>([
    ['of the root directory', { path: '/' }, 'under /pv-disks/'],
    ['of a path that climbs out', { path: '/pv-disks/../etc' }, "must not contain '..'"],
    ['with another node’s hostname', { host: other }, 'exactly one node selector term'],
    ['with its own and another hostname', { host: [mine, other] }, 'exactly one node selector term'],
    [
      'with a second term that matches everything',
      { extraTerm: { matchExpressions: [{ key: 'kubernetes.io/os', operator: 'Exists' }] } },
      'exactly one node selector term',
    ],
    [
      'in another provisioner’s name',
      { provisioner: 'ebs.csi.aws.com' },
      'provisioned by local.kubectl-nvme.dev',
    ],
    [
      'that is bound already',
      { claimRef: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', name: 'x', namespace: 'default' } },
      'bound already',
    ],
  ])('denies a volume %s', async (_, change, message) => {
    await expect(apply(stolen, volume('policy-denied', change))).rejects.toThrow(message);
  });

  it('denies deleting a volume of another node', async () => {
    await apply(lab, volume('policy-of-another', { host: other }));
    await expect(kubectl(ctx, stolen, 'delete', 'pv', 'policy-of-another', '--wait=false')).rejects.toThrow(
      'exactly one node selector term',
    );
  });

  it('lets it annotate its volume, and change nothing else of it', async () => {
    const patch = (object: object): Promise<string> =>
      kubectl(ctx, stolen, 'patch', 'pv', 'policy-volume', '--type=merge', '-p', JSON.stringify(object));
    await patch({ metadata: { annotations: { 'kubectl-nvme.dev/node-uid': 'u' } } });
    await expect(patch({ spec: { capacity: { storage: '2Gi' } } })).rejects.toThrow(
      'only labels and annotations',
    );
    await expect(patch({ metadata: { finalizers: [] } })).rejects.toThrow('only labels and annotations');
  });

  it('lets it delete a volume that is released, and none that is bound', async () => {
    const claim = {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'policy-claim', namespace: 'default' },
      spec: {
        accessModes: ['ReadWriteOnce'],
        storageClassName: 'none',
        volumeName: 'policy-released',
        resources: { requests: { storage: '1Gi' } },
      },
    };
    const untilPhase = (phase: string): Promise<unknown> =>
      waitFor(`the volume to be ${phase}`, { timeoutMs: 20_000, signal: ctx.signal }, async () => {
        const { status } = await kubectlJson<{ status: { phase: string } }>(
          ctx,
          lab,
          'get',
          'pv',
          'policy-released',
        );
        return status.phase === phase ? true : undefined;
      });
    const remove = (): Promise<string> =>
      kubectl(ctx, stolen, 'delete', 'pv', 'policy-released', '--wait=false');
    await apply(stolen, volume('policy-released'));
    await apply(lab, claim);
    await untilPhase('Bound');
    await expect(remove()).rejects.toThrow('may not delete a volume that is bound');
    await kubectl(ctx, lab, 'delete', 'pvc', 'policy-claim', '-n', 'default', '--wait=false');
    await untilPhase('Released');
    await remove();
  });

  it('denies everything to a token that names no node', async () => {
    await expect(apply(unbound, volume('policy-unbound'))).rejects.toThrow('names no node');
    const patch = [{ op: 'add', path: '/metadata/labels/kubectl-nvme.dev~1x', value: '1' }];
    await expect(
      kubectl(ctx, unbound, 'patch', 'node', mine, '--type=json', '-p', JSON.stringify(patch)),
    ).rejects.toThrow('only the node');
  });
});
