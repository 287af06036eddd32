import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kubectl, kubectlJson, type KubectlTarget } from '../../../lab/install/kubectl.ts';
import { openPolicyScene, policyNode, policyVolume, type PolicyScene } from './agent-policy-scene.ts';

describe('an agent and what belongs to other nodes', () => {
  let scene: PolicyScene;

  beforeAll(async () => {
    scene = await openPolicyScene('others');
    const { lab, mine, other, create } = scene;
    for (const name of [mine, other]) {
      const metadata = { name, labels: { test: 'others' } };
      await create(lab, { apiVersion: 'kubectl-nvme.dev/v1alpha1', kind: 'NVMeNode', metadata, spec: {} });
      await create(lab, policyVolume(`volume-${name}`, { host: name }));
    }
  });
  afterAll(async () => {
    const { ctx, lab, mine, other } = scene;
    const quietly = ['--ignore-not-found', '--wait=false'];
    await kubectl(ctx, lab, 'delete', 'nvmenode', mine, other, ...quietly);
    await kubectl(ctx, lab, 'delete', 'pv', `volume-${mine}`, `volume-${other}`, ...quietly);
    await kubectl(ctx, lab, 'delete', 'node', 'others-reused', ...quietly);
    await scene.close();
  });

  const patch = (
    as: KubectlTarget,
    kind: string,
    name: string,
    object: object,
    ...args: string[]
  ): Promise<string> =>
    kubectl(scene.ctx, as, 'patch', kind, name, '--type=merge', '-p', JSON.stringify(object), ...args);

  it('may report of its own node, and of no other', async () => {
    const { stolen, mine, other } = scene;
    const status = { status: { bootID: 'a-boot' } };
    await patch(stolen, 'nvmenode', mine, status, '--subresource=status');
    await expect(patch(stolen, 'nvmenode', other, status, '--subresource=status')).rejects.toThrow(
      'only the NVMeNode of the node',
    );
  });

  it('may order nothing, not even for its own node', async () => {
    const { stolen, mine } = scene;
    const order = { spec: { request: { id: 'x', type: 'setup' } } };
    await expect(patch(stolen, 'nvmenode', mine, order)).rejects.toThrow('forbidden');
  });

  it('may not mark the volume of another node', async () => {
    const { stolen, other } = scene;
    const lost = { metadata: { annotations: { 'kubectl-nvme.dev/lost': 'a-boot' } } };
    await expect(patch(stolen, 'pv', `volume-${other}`, lost)).rejects.toThrow(
      'exactly one node selector term',
    );
  });

  it('may not widen the affinity of its own volume', async () => {
    const { ctx, lab, stolen, mine, other } = scene;
    const name = `volume-${mine}`;
    const { spec } = policyVolume(name, { host: [mine, other] }) as { spec: { nodeAffinity: object } };
    const { nodeAffinity } = spec;
    // Kubernetes itself refuses most such changes, before any policy is asked.
    await expect(patch(stolen, 'pv', name, { spec: { nodeAffinity } })).rejects.toThrow(
      /only labels and annotations|field is immutable/,
    );
    const { spec: kept } = await kubectlJson<{ spec: { nodeAffinity: object } }>(ctx, lab, 'get', 'pv', name);
    expect(JSON.stringify(kept.nodeAffinity)).not.toContain(other);
  });

  it('may write nothing to a later machine of its node’s name', async () => {
    const { ctx, lab, create, tokenOn } = scene;
    const name = 'others-reused';
    await create(lab, policyNode(name));
    const earlier = await tokenOn(name);
    const ready = { metadata: { annotations: { 'kubectl-nvme.dev/ready-boot-id': 'b' } } };
    await patch(earlier, 'node', name, ready);
    await kubectl(ctx, lab, 'delete', 'node', name);
    await create(lab, policyNode(name));
    await expect(patch(earlier, 'node', name, ready)).rejects.toThrow(
      'the token is bound to an earlier node of this name',
    );
  });
});
