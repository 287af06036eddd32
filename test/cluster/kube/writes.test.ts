import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { KubeApi } from '../../../kube/api.ts';
import { nodeConditionPatch } from '../../../kube/conditions.ts';
import { editNode, removeTaints } from '../../../kube/edit-node.ts';
import { isForbidden } from '../../../kube/errors.ts';
import { EventRecorder, eventTarget } from '../../../kube/events.ts';
import { LeaderElection } from '../../../kube/lease.ts';
import { events, leases, nodes, type Node } from '../../../kube/resources.ts';
import { systemClock } from '../../../kube/system-clock.ts';
import { timestamp } from '../../../kube/timestamp.ts';
import { ConnectProxy } from '../../fakes/connect-proxy.ts';
import { realKube } from '../../builders/real-kube.ts';

const NAME = 'kube-writes';
const clock = systemClock();

let kube: KubeApi;
beforeAll(async () => {
  kube = await realKube(inject('controlPlane').kubeconfig);
  await kube.create(nodes, {
    metadata: { name: NAME },
    spec: { taints: [{ key: 'birth', effect: 'NoSchedule' }] },
  });
});
afterAll(() => kube.delete(nodes, NAME));

const live = (): Promise<Node> => kube.get(nodes, NAME);
const keys = (node: Node): string[] => (node.spec?.taints ?? []).map(({ key }) => key);

describe('on the real API server', () => {
  it('taints come off with their annotation while controllers and others write to the same Node', async () => {
    const others = Array.from({ length: 10 }, (_, index) =>
      editNode(kube, NAME, () => ({ addTaints: [{ key: `other-${index}`, effect: 'NoExecute' }] }), {
        attempts: 50,
      }),
    );
    await removeTaints(kube, NAME, ['birth'], { 'kubectl-nvme.dev/ready-boot-id': 'b' }, { attempts: 50 });
    await Promise.all(others);
    const node = await live();
    expect(keys(node)).not.toContain('birth');
    expect(keys(node).filter((key) => key.startsWith('other-'))).toHaveLength(10);
    expect(node.metadata?.annotations?.['kubectl-nvme.dev/ready-boot-id']).toBe('b');
  });

  it('a taint is put on a Node that has none, and an edit of another UID is refused', async () => {
    await editNode(kube, NAME, (node) => ({ removeTaintKeys: keys(node) }), { attempts: 50 });
    const edited = await editNode(
      kube,
      NAME,
      () => ({ addTaints: [{ key: 'late', effect: 'NoSchedule' }] }),
      {
        attempts: 50,
        exactVersion: true,
      },
    );
    expect(keys(edited ?? {})).toContain('late');
    await expect(removeTaints(kube, NAME, ['late'], {}, { uid: 'x' })).rejects.toThrow('another machine');
  });

  it('a Node condition is set beside the others and changes in its place', async () => {
    const condition = { type: 'kubectl-nvme.dev/DisksReady', reason: 'SettingUp', message: 'm' };
    for (const status of ['False', 'True'] as const) {
      const operations = nodeConditionPatch(await live(), { ...condition, status }, timestamp(clock.now()));
      await kube.patch(nodes, NAME, { type: 'json', operations }, { subresource: 'status' });
    }
    const mine = (await live()).status?.conditions?.filter(({ type }) => type === condition.type);
    expect(mine).toMatchObject([{ status: 'True', reason: 'SettingUp' }]);
  });

  it('Events about a Node are accepted and counted', async () => {
    const recorder = new EventRecorder({ kube, clock, component: 'nvme-agent', instance: NAME });
    for (let i = 0; i < 2; i += 1)
      recorder.record(eventTarget(nodes, await live()), 'Normal', 'NVMeReady', 'all set');
    await recorder.flush();
    const { items } = await kube.list(events, {
      namespace: 'default',
      fieldSelector: `involvedObject.name=${NAME},reason=NVMeReady`,
    });
    expect(items).toMatchObject([{ count: 2, message: 'all set' }]);
    expect(recorder.dropped).toBe(0);
  });

  it('a lease is taken, renewed and given back', async () => {
    const target = { kube, clock, namespace: 'default', name: NAME, identity: 'me' };
    const election = new LeaderElection({ ...target, retryMs: 50 });
    const stop = new AbortController();
    const holder = async (): Promise<string | undefined> =>
      (await kube.get(leases, NAME, { namespace: 'default' })).spec?.holderIdentity;
    let held: string | undefined;
    await election.run(async () => {
      held = await holder();
      await clock.sleep(200);
      stop.abort();
    }, stop.signal);
    expect(held).toBe('me');
    expect(await holder()).toBe('');
    await kube.delete(leases, NAME, { namespace: 'default' });
  });
});

describe('the way to the real API server', () => {
  it('impersonates a user and several groups', async () => {
    const { kubeconfig } = inject('controlPlane');
    const nobody = await realKube(kubeconfig, { flags: { as: 'nobody', asGroup: ['a', 'b'] } });
    const error = await nobody.list(nodes).catch((caught: unknown) => caught);
    expect(isForbidden(error)).toBe(true);
    expect(String(error)).toContain('User "nobody" cannot list resource "nodes"');
    const admin = await realKube(kubeconfig, { flags: { as: 'nobody', asGroup: ['a', 'system:masters'] } });
    expect((await admin.list(nodes)).items.length).toBeGreaterThan(0);
  });

  it('refuses a server whose certificate is another’s, and says what to check', async () => {
    const stranger = await realKube(inject('controlPlane').kubeconfig, {
      flags: { tlsServerName: 'no.such.name' },
    });
    await expect(stranger.list(nodes)).rejects.toThrow(/is not trusted .*tls-server-name/);
    const careless = await realKube(inject('controlPlane').kubeconfig, {
      flags: { insecureSkipTlsVerify: true },
    });
    expect(await careless.raw('/readyz')).toBe('ok');
  });

  it('leads through a proxy when the kubeconfig names one', async () => {
    const { kubeconfig } = inject('controlPlane');
    const proxy = await ConnectProxy.start();
    const folder = await mkdtemp(join(tmpdir(), 'proxied-'));
    const file = join(folder, 'config');
    const text = await readFile(kubeconfig, 'utf8');
    await writeFile(file, text.replace(/^( *)server: .*$/m, `$&\n$1proxy-url: ${proxy.url}`));
    const proxied = await realKube(file);
    expect(await proxied.raw('/readyz')).toBe('ok');
    expect(proxy.targets).toEqual([inject('controlPlane').apiServer.replace('https://', '')]);
    await rm(folder, { recursive: true });
    await proxy.close();
  });
});
