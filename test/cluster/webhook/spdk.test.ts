import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nodes, nvmeNodes, deployments, events, namespaces, roleBindings } from '../../../kube/resources.ts';
import type { KubeApi } from '../../../kube/api.ts';
import { SPDK_FIELD_MANAGER, SPDK_ROLE } from '../../../api/keys.ts';
import { isNotFound } from '../../../kube/errors.ts';
import { applyDeployment } from '../../../cmd/spdk/apply.ts';
import { amountsOf, DRIVE, keptDeployment, letIn, spdkReport } from '../../builders/spdk-deployment.ts';
import type { WebhookBeside } from '../../../lab/install/webhook-beside.ts';
import { openScene, type Scene } from './scene.ts';

const NODE = 'spdk-kept-1';
const BOUND = 'spdk-bound';
const UNBOUND = 'spdk-unbound';
/** More than any node has: here is no kubelet that would make its pods ready. */
const cpu = '900';

describe('a Deployment of SPDK that is to be kept current, with the rights of the service account', () => {
  let scene: Scene;
  let webhook: WebhookBeside;
  const limit = async (namespace: string) =>
    amountsOf(await scene.kube.get(deployments, 'spdk-n1', { namespace })).limit;
  const becomes = (namespace: string, wanted: string) =>
    scene.until(
      `${wanted} in ${namespace}`,
      async () => ((await limit(namespace)) === wanted ? true : undefined),
      60_000,
    );
  const report = async (free: number, addresses = [DRIVE]): Promise<void> => {
    const { uid } = (await scene.kube.get(nodes, NODE)).metadata ?? {};
    const { status } = spdkReport({ total: 128, free, addresses }, NODE);
    const body = { status: { ...status, nodeUID: uid } };
    await scene.kube.patch(nvmeNodes, NODE, { type: 'merge', body }, { subresource: 'status' });
  };
  const letInto = (namespace: string) => scene.kube.create(roleBindings, letIn(namespace), { namespace });

  beforeAll(async () => {
    scene = await openScene('spdk', { layout: { type: 'SPDK' } });
    const { kube } = scene;
    await scene.nodeInService(NODE);
    const quantities = { 'hugepages-2Mi': '256Mi' };
    const status = { capacity: quantities, allocatable: quantities };
    await kube.patch(nodes, NODE, { type: 'merge', body: { status } }, { subresource: 'status' });
    for (const namespace of [BOUND, UNBOUND]) {
      await kube.create(namespaces, { metadata: { name: namespace } });
      const { metadata, ...rest } = keptDeployment({ pages: 10 }, { namespace, nodeName: NODE, cpu });
      const { uid: _uid, ...own } = metadata ?? {};
      await applyDeployment(kube, 'spdk-n1', { ...rest, metadata: own }, { namespace });
    }
    await letInto(BOUND);
    webhook = await scene.startWebhook('--no-admission', '--spdk-settle=2s');
    await scene.until('the NVMeNode', () => scene.peek(nvmeNodes, NODE));
    await report(128);
  });
  afterAll(async () => {
    for (const namespace of [BOUND, UNBOUND]) {
      await scene.kube.delete(deployments, 'spdk-n1', { namespace }).catch(ignoreMissing);
      await scene.kube.delete(namespaces, namespace).catch(ignoreMissing);
    }
    await scene.close();
  });

  it('follows where its namespace lets the controller in, and is told so', async () => {
    await becomes(BOUND, '256Mi');
    await report(100, [DRIVE, '0000:02:00.0']);
    await becomes(BOUND, '200Mi');
    const deployment = await scene.kube.get(deployments, 'spdk-n1', { namespace: BOUND });
    expect(amountsOf(deployment)).toEqual({
      limit: '200Mi',
      request: '200Mi',
      args: ['-m', '0x1', '-s', '200', '-A', DRIVE, '-A', '0000:02:00.0'],
    });
    const managers = deployment.metadata?.managedFields?.map(({ manager }) => manager);
    expect(managers).toContain(SPDK_FIELD_MANAGER);
    const told = await scene.until('the Events', async () => {
      const { items } = await scene.kube.listAll(events, { namespace: BOUND });
      const ours = items.filter(({ reason }) => reason === 'NVMeSpdkUpdated');
      return ours.length >= 2 ? ours : undefined;
    });
    expect(told.map(({ message }) => message)).toContain(
      `Given 200Mi of 2Mi hugepages and ${DRIVE}, 0000:02:00.0`,
    );
  });

  it('is applied again by a person without a conflict with the controller, but with one with others', async () => {
    const { metadata, ...rest } = keptDeployment({ pages: 100 }, { cores: '0x3', nodeName: NODE, cpu });
    const { uid: _uid, namespace: _namespace, ...own } = metadata ?? {};
    const body = { ...rest, metadata: own };
    await applyDeployment(scene.kube, 'spdk-n1', body, { namespace: BOUND });
    const { args } = amountsOf(await scene.kube.get(deployments, 'spdk-n1', { namespace: BOUND }));
    expect(args?.slice(0, 2)).toEqual(['-m', '0x3']);
    await edit(scene.kube, { spec: { paused: false, replicas: 0 } });
    await expect(applyDeployment(scene.kube, 'spdk-n1', body, { namespace: BOUND })).rejects.toMatchObject({
      code: 409,
    });
  });

  it('stays untouched where nobody lets the controller in, and nothing is refused because nothing is asked', async () => {
    expect(await limit(UNBOUND)).toBe('20Mi');
    // A list that is refused is told in the log, with its namespace, and a change with the Deployment.
    const log = await webhook.log();
    expect(log).toContain(`${BOUND}/spdk-n1`);
    expect(log).not.toContain(UNBOUND);
  });

  it('follows from the moment that a RoleBinding is there, and no longer than it is', async () => {
    // The other has the node until then.
    await scene.kube.delete(deployments, 'spdk-n1', { namespace: BOUND });
    await letInto(UNBOUND);
    await becomes(UNBOUND, '200Mi');
    await scene.kube.delete(roleBindings, SPDK_ROLE, { namespace: UNBOUND });
    await letInto('default');
    const other = keptDeployment({ pages: 10 }, { namespace: 'default', nodeName: NODE, cpu });
    const { uid: _uid, ...metadata } = other.metadata ?? {};
    await scene.kube.create(deployments, { ...other, metadata }, { namespace: 'default' });
    await report(64);
    // It would have had both: by then the first could have been changed too.
    await becomes('default', '128Mi');
    expect(await limit(UNBOUND)).toBe('200Mi');
    await scene.kube.delete(deployments, 'spdk-n1', { namespace: 'default' });
    await scene.kube.delete(roleBindings, SPDK_ROLE, { namespace: 'default' });
  });

  it('has no other controller disturbed', async () => {
    await scene.readyNode('spdk-kept-2');
    await scene.until('the other node’s NVMeNode', () => scene.peek(nvmeNodes, 'spdk-kept-2'));
    const answer = await fetch(`${webhook.healthUrl}/readyz`);
    expect(answer.status).toBe(200);
  });
});

async function edit(kube: KubeApi, body: object): Promise<void> {
  const options = { namespace: BOUND, fieldManager: 'kubectl-edit' };
  await kube.patch(deployments, 'spdk-n1', { type: 'merge', body }, options);
}

function ignoreMissing(error: unknown): void {
  if (!isNotFound(error)) throw error;
}
