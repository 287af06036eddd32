import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { API_VERSION } from '../../../api/group.ts';
import { EXEMPT, STARTUP_TAINT_KEY, TAINTED } from '../../../api/keys.ts';
import type { NVMeProfileSpecInput } from '../../../api/profile.ts';
import { isNotFound } from '../../../kube/errors.ts';
import { mutatingWebhooks, nodes, nvmeProfiles, type Node } from '../../../kube/resources.ts';
import { repoDir } from '../../../lab/install/install.ts';
import { kubectl } from '../../../lab/install/kubectl.ts';
import { admit } from '../../../webhook/admission/admit.ts';
import { CONFIGURATION_NAME } from '../../../webhook/registration/configuration.ts';
import { readyStatus } from '../../builders/new-node.ts';
import { openScene, type Scene } from '../webhook/scene.ts';
import { applyJsonPatch } from '../../fakes/kube-patching.ts';

const POLICY = join(repoDir, 'manifests', 'overlays', 'admission-policy', 'policy.yaml');
const LABEL = 'test.kubectl-nvme.dev/policy';
const started = { key: STARTUP_TAINT_KEY, effect: 'NoSchedule' };

describe('the startup taint by a MutatingAdmissionPolicy, without a webhook', () => {
  let scene: Scene;
  const profiles: string[] = [];

  beforeAll(async () => {
    scene = await openScene('policy');
    await scene.kube.delete(mutatingWebhooks, CONFIGURATION_NAME).catch((error: unknown) => {
      if (!isNotFound(error)) throw error;
    });
    await kubectl(scene.ctx, scene.lab, 'apply', '-f', POLICY);
    await scene.until('the policy to take effect', async () => (await born('probe', scene.label)).taints[0]);
  });
  afterAll(async () => {
    for (const name of profiles) await scene.kube.delete(nvmeProfiles, name);
    await kubectl(scene.ctx, scene.lab, 'delete', '-f', POLICY);
    await scene.close();
  });

  /** What a node has right after its creation, without Kubernetes' own taints. */
  async function born(name: string, labels: Record<string, string>, more: Partial<Node> = {}) {
    const node = scene.newNode(`policy-${name}`);
    const asked = { ...node, ...more, metadata: { ...node.metadata, ...more.metadata, labels } };
    const { metadata, spec } = await scene.kube.create(nodes, asked, { dryRun: true });
    const taints = (spec?.taints ?? []).filter(({ key }) => !key.startsWith('node.kubernetes.io/'));
    return { asked, taints, record: metadata?.annotations?.[TAINTED] };
  }

  async function profile(name: string, spec: NVMeProfileSpecInput): Promise<void> {
    profiles.push(`policy-${name}`);
    const metadata = { name: `policy-${name}` };
    await scene.kube.create(nvmeProfiles, { apiVersion: API_VERSION, kind: 'NVMeProfile', metadata, spec });
  }

  it('is put on a new node of a profile, with a record of whose it is', async () => {
    expect(await born('plain', scene.label)).toMatchObject({
      taints: [started],
      record: `${STARTUP_TAINT_KEY}:NoSchedule`,
    });
  });

  it('leaves other nodes and exempt nodes as they are', async () => {
    const exempt = { metadata: { annotations: { [EXEMPT]: '' } } };
    const found = [await born('other', { [LABEL]: 'other' }), await born('exempt', scene.label, exempt)];
    expect(found.map(({ taints, record }) => [taints, record])).toEqual([
      [[], undefined],
      [[], undefined],
    ]);
  });

  it('does nothing at an update: a ready node gets no taint again', async () => {
    const name = 'policy-updated';
    await scene.kube.create(nodes, scene.newNode(name));
    const taints = async (): Promise<unknown[]> => (await scene.kube.get(nodes, name)).spec?.taints ?? [];
    expect(await taints()).toContainEqual(started);
    await scene.kube.patch(nodes, name, { type: 'merge', body: { spec: { taints: null } } });
    const labels = { [LABEL]: 'changed' };
    await scene.kube.patch(nodes, name, { type: 'merge', body: { metadata: { labels } } });
    await scene.kube.patch(
      nodes,
      name,
      { type: 'merge', body: readyStatus('boot-1') },
      { subresource: 'status' },
    );
    expect(await taints()).not.toContainEqual(started);
  });

  it('keeps the taints that a node brings, and adds none twice', async () => {
    const own = [{ key: 'dedicated', effect: 'NoExecute', value: 'db' }];
    expect((await born('brings', scene.label, { spec: { taints: own } })).taints).toEqual([...own, started]);
    expect(await born('has', scene.label, { spec: { taints: [started] } })).toMatchObject({
      taints: [started],
      record: undefined,
    });
    const other = { ...started, effect: 'NoExecute' };
    expect((await born('effect', scene.label, { spec: { taints: [other] } })).taints).toEqual([
      other,
      started,
    ]);
  });

  it('does for every kind of selector what the webhook does', async () => {
    const taints = [
      { key: 'example.com/a', value: 'x', effect: 'NoSchedule' as const },
      { key: 'b', effect: 'NoExecute' as const },
    ];
    const nodeSelector = {
      matchLabels: { [LABEL]: 'all' },
      matchExpressions: [
        { key: 'size', operator: 'In' as const, values: ['s', 'm'] },
        { key: 'zone', operator: 'NotIn' as const, values: ['z'] },
        { key: 'team', operator: 'Exists' as const },
        { key: 'gone', operator: 'DoesNotExist' as const },
      ],
    };
    await profile('all', { nodeSelector, taints });
    const right = { [LABEL]: 'all', size: 's', team: 't' };
    await scene.until('the profile to be known', async () => (await born('all', right)).taints[1]);
    const known = [await scene.kube.get(nvmeProfiles, 'policy-all')];
    const cases: Record<string, string>[] = [
      right,
      { ...right, zone: 'y' },
      { ...right, zone: 'z' },
      { ...right, size: 'l' },
      { [LABEL]: 'all', size: 's' },
      { [LABEL]: 'all', team: 't' },
      { ...right, gone: '' },
      { ...right, [LABEL]: 'x' },
    ];
    for (const labels of cases) {
      const { asked, taints: put, record } = await born('all', labels);
      const review = { uid: 'u', operation: 'CREATE', group: '', resource: 'nodes', subResource: '' };
      const { patch } = admit({ ...review, object: asked, oldObject: null }, known).response;
      const operations = JSON.parse(Buffer.from(patch ?? '', 'base64').toString() || '[]') as [];
      const webhooks = applyJsonPatch(asked, operations) as Node;
      expect([labels, put, record]).toEqual([
        labels,
        webhooks.spec?.taints ?? [],
        webhooks.metadata?.annotations?.[TAINTED],
      ]);
    }
  });

  it('puts on the taints of every profile that matches; enrol takes off those of the ones that lose', async () => {
    const nodeSelector = { matchLabels: { [LABEL]: 'two' } };
    await profile('one', { nodeSelector, taints: [{ key: 'one', effect: 'NoSchedule' }] });
    await profile('two', { nodeSelector, taints: [{ key: 'two', effect: 'NoSchedule' }] });
    const { taints, record } = await scene.until('both profiles to be known', async () => {
      const node = await born('two', { [LABEL]: 'two' });
      return node.taints.length === 2 ? node : undefined;
    });
    expect(taints.map(({ key }) => key).sort()).toEqual(['one', 'two']);
    expect(record?.split(',').sort()).toEqual(['one:NoSchedule', 'two:NoSchedule']);
  });

  it('is what the overlay installs, with a webhook that serves nothing', async () => {
    const text = await kubectl(scene.ctx, scene.lab, 'kustomize', join(POLICY, '..'));
    expect(text).toContain('kind: MutatingAdmissionPolicyBinding');
    expect(text).toContain('- --no-admission');
    expect(text).not.toContain('kind: Service\n');
  });
});
