import { describe, expect, it } from 'vitest';
import type { WatchEvent } from '../../../kube/api.ts';
import { isAlreadyExists, isConflict, isGone, isInvalid, isNotFound } from '../../../kube/errors.ts';
import { leases, nodes, nvmeNodes, persistentVolumes, pods, type Node } from '../../../kube/resources.ts';
import { node, nvmeNode, persistentVolume, pod } from '../../builders/objects.ts';
import { SteppedClock } from '../../fakes/clock.ts';
import { tooManyRequests } from '../../fakes/kube-answers.ts';
import { FakeKube } from '../../fakes/kube.ts';

const caught = async (work: Promise<unknown>): Promise<Error> =>
  work.then(
    () => Promise.reject(new Error('Expected a rejection')),
    (error: unknown) => error as Error,
  );

describe('the fake API server', () => {
  it('words a missing object as the real one does', async () => {
    const error = await caught(new FakeKube().get(nodes, 'x'));
    expect(isNotFound(error)).toBe(true);
    expect(error.message).toBe('nodes "x" not found');
    expect((await caught(new FakeKube().get(leases, 'a', { namespace: 'b' }))).message).toBe(
      'leases.coordination.k8s.io "a" not found',
    );
  });

  it('gives a UID and a version, and refuses a second object of the name', async () => {
    const kube = new FakeKube();
    const created = await kube.create(nodes, node());
    expect(created.metadata?.uid).toBeDefined();
    expect(Number(created.metadata?.resourceVersion)).toBeGreaterThan(1000);
    expect(isAlreadyExists(await caught(kube.create(nodes, node())))).toBe(true);
  });

  it('refuses a stale replace and a failed test of a JSON patch', async () => {
    const kube = new FakeKube();
    const first = kube.add(nodes, node());
    kube.change(nodes, 'n1', (n) => (n.spec = { unschedulable: true }));
    expect(isConflict(await caught(kube.replace(nodes, 'n1', first)))).toBe(true);
    const test = { op: 'test', path: '/metadata/resourceVersion', value: '1' } as const;
    expect(isInvalid(await caught(kube.patch(nodes, 'n1', { type: 'json', operations: [test] })))).toBe(true);
  });

  it('keeps status and spec of a custom resource apart and counts generations of the spec', async () => {
    const kube = new FakeKube();
    await kube.create(nvmeNodes, nvmeNode({ status: { nodeUID: 'dropped' } }));
    expect(kube.peek(nvmeNodes, 'n1')?.status).toBeUndefined();
    const body = { metadata: { labels: { a: 'b' } }, spec: { profile: 'other' }, status: { nodeUID: 'u' } };
    const status = await kube.patch(nvmeNodes, 'n1', { type: 'merge', body }, { subresource: 'status' });
    expect(status).toMatchObject({
      spec: { profile: 'fast' },
      status: { nodeUID: 'u' },
      metadata: { generation: 1 },
    });
    expect(status.metadata.labels).toBeUndefined();
    const main = await kube.patch(nvmeNodes, 'n1', {
      type: 'merge',
      body: { ...body, status: { nodeUID: 'v' } },
    });
    expect(main).toMatchObject({
      spec: { profile: 'other' },
      status: { nodeUID: 'u' },
      metadata: { generation: 2 },
    });
  });

  it('checks the preconditions of a delete', async () => {
    const kube = new FakeKube();
    const stored = kube.add(persistentVolumes, persistentVolume());
    expect(isConflict(await caught(kube.delete(persistentVolumes, 'pv-1', { uid: 'x' })))).toBe(true);
    expect(isConflict(await caught(kube.delete(persistentVolumes, 'pv-1', { resourceVersion: '1' })))).toBe(
      true,
    );
    await kube.delete(persistentVolumes, 'pv-1', { uid: stored.metadata?.uid ?? '' });
    expect(kube.objects(persistentVolumes)).toEqual([]);
  });

  it('keeps an object with finalizers, and a scheduled pod, until they are let go', async () => {
    const kube = new FakeKube();
    kube.add(
      persistentVolumes,
      persistentVolume({ metadata: { finalizers: ['kubernetes.io/pv-protection'] } }),
    );
    await kube.delete(persistentVolumes, 'pv-1');
    expect(kube.peek(persistentVolumes, 'pv-1')?.metadata?.deletionTimestamp).toBeDefined();
    await kube.patch(persistentVolumes, 'pv-1', { type: 'merge', body: { metadata: { finalizers: null } } });
    expect(kube.peek(persistentVolumes, 'pv-1')).toBeUndefined();

    kube.add(pods, pod());
    await kube.delete(pods, 'db-0', { namespace: 'default' });
    expect(kube.peek(pods, 'db-0', 'default')?.metadata?.deletionTimestamp).toBeDefined();
    await kube.delete(pods, 'db-0', { namespace: 'default', gracePeriodSeconds: 0 });
    expect(kube.peek(pods, 'db-0', 'default')).toBeUndefined();
  });

  it('selects by labels and fields, and gives pages', async () => {
    const kube = new FakeKube();
    for (const name of ['a', 'b', 'c']) kube.add(nodes, node({ metadata: { name, labels: { rack: name } } }));
    kube.add(pods, pod());
    kube.add(pods, pod({ metadata: { name: 'other', namespace: 'x' }, spec: { nodeName: 'n2' } }));
    const names = async (labelSelector: string): Promise<(string | undefined)[]> =>
      (await kube.list(nodes, { labelSelector })).items.map((item) => item.metadata?.name);
    expect(await names('rack in (a, b)')).toEqual(['a', 'b']);
    expect(await names('rack!=a,rack')).toEqual(['b', 'c']);
    expect((await kube.list(pods, { fieldSelector: 'spec.nodeName=n2' })).items).toHaveLength(1);
    const page = await kube.list(nodes, { limit: 2 });
    expect(page.metadata.remainingItemCount).toBe(1);
    expect((await kube.listAll(nodes, { limit: 2 })).items).toHaveLength(3);
    await expect(kube.list(nodes, { fieldSelector: 'spec.podCIDR=x' })).rejects.toThrow('not supported');
  });

  it('watches from a version, sends bookmarks, and answers 410 after a compaction', async () => {
    const kube = new FakeKube();
    kube.add(nodes, node());
    const { resourceVersion = '' } = (await kube.list(nodes)).metadata;
    kube.add(nodes, node({ metadata: { name: 'n2' } }));
    const seen: string[] = [];
    const watching = (async () => {
      for await (const event of kube.watch(nodes, { resourceVersion })) seen.push(nameOf(event));
    })();
    await new SteppedClock().advance(0);
    kube.change(nodes, 'n1', (n) => (n.spec = { unschedulable: true }));
    kube.bookmark(nodes);
    kube.remove(nodes, 'n2');
    kube.endWatches(nodes);
    await watching;
    expect(seen).toEqual(['ADDED n2', 'MODIFIED n1', 'BOOKMARK ', 'DELETED n2']);
    kube.compact();
    const late = kube.watch(nodes, { resourceVersion })[Symbol.asyncIterator]().next();
    expect(isGone(await caught(late))).toBe(true);
  });

  it('fails on demand, lets a test race, and records every call', async () => {
    const kube = new FakeKube();
    kube.add(nodes, node());
    kube.fail('get', 'nodes', tooManyRequests());
    await expect(kube.get(nodes, 'n1')).rejects.toThrow('too many requests');
    kube.before('patch', 'nodes', () => kube.remove(nodes, 'n1'));
    const body = { spec: { unschedulable: true } };
    await expect(kube.patch(nodes, 'n1', { type: 'merge', body })).rejects.toThrow('not found');
    expect(kube.calls.map((call) => `${call.verb} ${call.resource} ${call.name ?? ''}`)).toEqual([
      'get nodes n1',
      'patch nodes n1',
    ]);
  });
});

const nameOf = (event: WatchEvent<Node>): string => `${event.type} ${event.object.metadata?.name ?? ''}`;
