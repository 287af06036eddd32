import { Registry } from 'prom-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CLEANUP_CONFIG_MAP } from '../../api/keys.ts';
import { EventRecorder } from '../../kube/events.ts';
import { nodes, nvmeNodes, persistentVolumes } from '../../kube/resources.ts';
import { systemClock } from '../../kube/system-clock.ts';
import { createLogger } from '../../logging/logger.ts';
import { allCaches, createCaches } from '../../webhook/controllers/caches.ts';
import { Liveness } from '../../webhook/liveness.ts';
import { controllerMetrics, lead } from '../../webhook/controllers/lead.ts';
import { steadyClock } from '../../webhook/steady-clock.ts';
import { faultProxy, type FaultProxy } from '../builders/fault-proxy.ts';
import { listsWithoutNodes, PASSING_FAULTS } from '../builders/faults.ts';
import { openScene, type Scene } from '../cluster/webhook/scene.ts';

const namespace = 'kubectl-nvme';

describe('clean-up through faults between it and the API server', () => {
  let scene: Scene;
  let proxy: FaultProxy;
  const stop = new AbortController();
  let running: Promise<unknown>;
  const alive = ['fault-alive-1', 'fault-alive-2', 'fault-alive-3'];

  beforeAll(async () => {
    scene = await openScene('fault');
    proxy = await faultProxy(scene.lab.kubeconfig);
    for (const name of alive) await nodeWithVolume(name, false);
    running = leader();
  });
  afterAll(async () => {
    stop.abort(new Error('over'));
    await running;
    await proxy.close();
    await scene.close();
  });

  /** The controllers in this process, with the proxy in front of the API server. */
  function leader(): Promise<unknown> {
    const clock = systemClock();
    const { kube } = proxy;
    const logger = createLogger(() => undefined, clock);
    const caches = createCaches({
      ...{ kube, clock, namespace },
      recordName: CLEANUP_CONFIG_MAP,
      onError: () => undefined,
    });
    const recorder = new EventRecorder({ kube, clock, component: 'fault-test', instance: 'test' });
    const parts = { kube, clock: steadyClock(clock), caches, recorder, logger, namespace };
    const liveness = new Liveness(parts.clock);
    const options = { ...parts, liveness, dryRun: false, spdkSettleMs: 60_000, mayWrite: () => true };
    return Promise.all([
      ...allCaches(caches).map((cache) => cache.run(stop.signal)),
      lead(options, controllerMetrics(new Registry()), stop.signal),
    ]);
  }

  /** A node that is announced to go is no business of the circuit breaker, which counts those of all tests here. */
  async function nodeWithVolume(name: string, announced = true): Promise<void> {
    const node = await scene.nodeInService(name);
    const cordon = { type: 'merge' as const, body: { spec: { unschedulable: true } } };
    if (announced) await scene.kube.patch(nodes, name, cordon);
    await scene.publish({
      name: `pv-${name}`,
      nodeName: name,
      nodeUID: node.metadata?.uid ?? '',
      grace: '1s',
    });
  }

  /** Enrol and clean-up look at the same caches. */
  const known = (name: string) => scene.until(`${name} to be enrolled`, () => scene.peek(nvmeNodes, name));
  const gone = (name: string): Promise<true> =>
    scene.until(`pv-${name} to be gone`, async () =>
      (await scene.peek(persistentVolumes, `pv-${name}`)) === undefined ? true : undefined,
    );
  const harm = (times: number): Promise<true> =>
    scene.until('the fault to have done harm', () =>
      Promise.resolve(proxy.harmed >= times ? true : undefined),
    );

  /** Volumes, claims and pods that were asked to be deleted. */
  const deletions = (): string[] => proxy.passed.filter((line) => line.startsWith('DELETE /api/v1/'));

  /** What was asked to be deleted, and what of the living is left. */
  async function nothingElseDeleted(allowed: string): Promise<void> {
    expect(deletions().filter((line) => !line.includes(allowed))).toEqual([]);
    for (const name of alive) expect(await scene.peek(persistentVolumes, `pv-${name}`)).toBeDefined();
    proxy.passed.length = 0;
  }

  it.each(PASSING_FAULTS)('deletes what is due after %s, and nothing else', async (name, fault) => {
    const node = `fault-${name.replaceAll(/[^a-z0-9]+/g, '-').slice(0, 20)}x`;
    await nodeWithVolume(node);
    await known(node);
    proxy.inflict(fault);
    await scene.kube.delete(nodes, node);
    await harm(5);
    proxy.inflict(undefined);
    await gone(node);
    await nothingElseDeleted(`pv-${node}`);
  });

  it.each([
    ['comes back empty', 0],
    ['comes back with one node only', 1],
  ])('deletes nothing when the list of nodes %s, and a real orphan once it is whole', async (_what, kept) => {
    const node = `fault-list-${kept}`;
    await nodeWithVolume(node);
    await known(node);
    proxy.inflict(listsWithoutNodes(kept));
    // The grace has passed, and clean-up asks once more for the node that it believes gone, and that is there.
    await scene.until('clean-up to look at the live node', () =>
      Promise.resolve(proxy.passed.some((line) => line === `GET /api/v1/nodes/${node}`) || undefined),
    );
    await harm(3);
    expect(deletions()).toEqual([]);
    await scene.kube.delete(nodes, node);
    proxy.inflict(undefined);
    await gone(node);
    await nothingElseDeleted(`pv-${node}`);
  });
});
