import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EXEMPT, PAUSED, READY_BOOT_ID, STARTUP_TAINT_KEY } from '../../../api/keys.ts';
import { isForbidden } from '../../../kube/errors.ts';
import {
  events,
  mutatingWebhooks,
  nodes,
  nvmeNodes,
  nvmeProfiles,
  storageClasses,
  type Node,
} from '../../../kube/resources.ts';
import type { WebhookBeside } from '../../../lab/install/webhook-beside.ts';
import { CONFIGURATION_NAME } from '../../../webhook/registration/configuration.ts';
import { realKube } from '../../builders/real-kube.ts';
import { openScene, type Scene } from './scene.ts';

/** Without Kubernetes' own: a new node is not ready yet. */
const keys = (node: Node): string[] =>
  (node.spec?.taints ?? []).map(({ key }) => key).filter((key) => !key.startsWith('node.kubernetes.io/'));

describe('a node joins a cluster with the webhook', () => {
  let scene: Scene;
  let webhook: WebhookBeside;

  beforeAll(async () => {
    scene = await openScene('birth');
    webhook = await scene.startWebhook();
    // The profile reaches the webhook by its own watch, and the API server learns of the registration by another.
    await scene.until('the registration to take effect', async () => {
      const tried = await scene.kube.create(nodes, scene.newNode('birth-probe'), { dryRun: true });
      return keys(tried).includes(STARTUP_TAINT_KEY) || undefined;
    });
  });
  afterAll(() => scene.close());

  it('is tainted in its very creation', async () => {
    expect(keys(await scene.kube.create(nodes, scene.newNode('birth-1')))).toEqual([STARTUP_TAINT_KEY]);
  });

  it('is enrolled: an NVMeNode that it owns, and the StorageClass of its profile', async () => {
    const { metadata } = await scene.kube.get(nodes, 'birth-1');
    const enrolled = await scene.until('the NVMeNode', () => scene.peek(nvmeNodes, 'birth-1'));
    expect(enrolled.metadata.ownerReferences).toMatchObject([
      { kind: 'Node', name: 'birth-1', uid: metadata?.uid },
    ]);
    expect(enrolled.spec).toEqual({ profile: 'profile-birth' });
    expect(await scene.kube.get(storageClasses, 'class-birth')).toMatchObject({
      provisioner: 'local.kubectl-nvme.dev',
      volumeBindingMode: 'WaitForFirstConsumer',
    });
  });

  it('is not tainted when exempt or when no profile matches', async () => {
    const exempt = await scene.kube.create(
      nodes,
      scene.newNode('birth-exempt', { annotations: { [EXEMPT]: 'mine' } }),
    );
    const other = scene.newNode('birth-other', { labels: { 'test.kubectl-nvme.dev/scene': 'none' } });
    expect([keys(exempt), keys(await scene.kube.create(nodes, other, { dryRun: true }))]).toEqual([[], []]);
  });

  it('comes from a real node identity, which can neither keep the taint out nor take it off', async () => {
    const kubelet = await realKube(
      await scene.lab.issueKubeconfig('system:node:birth-kubelet', ['system:nodes']),
    );
    const node = await kubelet.create(nodes, scene.newNode('birth-kubelet'));
    expect(keys(node)).toEqual([STARTUP_TAINT_KEY]);
    const operations = [{ op: 'remove' as const, path: '/spec/taints' }];
    const refusal: unknown = await kubelet
      .patch(nodes, 'birth-kubelet', { type: 'json', operations })
      .catch((error: unknown) => error);
    expect(isForbidden(refusal)).toBe(true);
    expect(String(refusal)).toContain('is not allowed to modify taints');
  });

  it('is tainted again after a reboot, but not while the boot is the one that was ready', async () => {
    const node = await scene.readyNode('birth-reboot');
    expect(keys(node)).toEqual([STARTUP_TAINT_KEY]);
    await scene.kube.patch(nodes, 'birth-reboot', {
      type: 'merge',
      body: { metadata: { annotations: { [READY_BOOT_ID]: 'boot-1' } }, spec: { taints: null } },
    });
    await scene.kube.patch(nodes, 'birth-reboot', {
      type: 'merge',
      body: { metadata: { labels: { touched: 'yes' } } },
    });
    const later = await scene.kube.create(nodes, scene.newNode('birth-marker'));
    await scene.until('enrol to have worked past it', () =>
      scene.peek(nvmeNodes, later.metadata?.name ?? ''),
    );
    expect(keys(await scene.kube.get(nodes, 'birth-reboot'))).toEqual([]);

    await scene.kube.patch(
      nodes,
      'birth-reboot',
      { type: 'merge', body: { status: { nodeInfo: { ...node.status?.nodeInfo, bootID: 'boot-2' } } } },
      { subresource: 'status' },
    );
    await scene.until('the taint', async () => keys(await scene.kube.get(nodes, 'birth-reboot'))[0]);
  });

  it('stays out of a paused node, and says what it does on the others', async () => {
    await scene.kube.patch(nodes, 'birth-reboot', {
      type: 'merge',
      body: { metadata: { annotations: { [PAUSED]: '{"by":"test"}' } }, spec: { taints: null } },
    });
    const told = await scene.until('the Event', async () => {
      const { items } = await scene.kube.list(events, {
        namespace: 'default',
        fieldSelector: 'involvedObject.name=birth-reboot',
      });
      return items.find(({ reason }) => reason === 'NVMeTainted');
    });
    expect(told.message).toContain(STARTUP_TAINT_KEY);
    expect(keys(await scene.kube.get(nodes, 'birth-reboot'))).toEqual([]);
  });

  it('is tainted after somebody applied the registration without its caBundle', async () => {
    await scene.kube.patch(mutatingWebhooks, CONFIGURATION_NAME, {
      type: 'json',
      operations: [{ op: 'remove', path: '/webhooks/0/clientConfig/caBundle' }],
    });
    await scene.until('the caBundle to be back', async () => {
      const { webhooks } = await scene.kube.get(mutatingWebhooks, CONFIGURATION_NAME);
      return webhooks?.[0]?.clientConfig.caBundle;
    });
    await scene.until('admission to work', async () => {
      const tried = await scene.kube.create(nodes, scene.newNode('birth-again'), { dryRun: true });
      return keys(tried)[0];
    });
  });

  it('still joins while the webhook is down, and is tainted by enrol once one is back', async () => {
    await webhook.stop();
    expect(keys(await scene.kube.create(nodes, scene.newNode('birth-down')))).toEqual([]);
    webhook = await scene.startWebhook();
    // A killed leader's lease has to run out first.
    await scene.until('the taint', async () => keys(await scene.kube.get(nodes, 'birth-down'))[0], 60_000);
  });

  it('loses our taint, and only ours, when no profile matches any more', async () => {
    await scene.kube.patch(nodes, 'birth-1', {
      type: 'json',
      operations: [{ op: 'add', path: '/spec/taints/-', value: { key: 'dedicated', effect: 'NoSchedule' } }],
    });
    await scene.kube.delete(nvmeProfiles, 'profile-birth');
    await scene.until(
      'the taint to go',
      async () => !keys(await scene.kube.get(nodes, 'birth-1')).includes(STARTUP_TAINT_KEY) || undefined,
    );
    expect(keys(await scene.kube.get(nodes, 'birth-1'))).toContain('dedicated');
    await scene.until(
      'the NVMeNode to lose its profile',
      async () => (await scene.kube.get(nvmeNodes, 'birth-1')).spec?.profile === undefined || undefined,
    );
  });
});
