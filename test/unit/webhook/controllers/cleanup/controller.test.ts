import { afterEach, describe, expect, it } from 'vitest';
import { CLEANUP_APPROVED, CLEANUP_CONFIG_MAP, NODE_UID } from '../../../../../api/keys.ts';
import {
  configMaps,
  events,
  nodes,
  nvmeNodes,
  persistentVolumeClaims,
  persistentVolumes,
  pods,
} from '../../../../../kube/resources.ts';
import { CleanupController } from '../../../../../webhook/controllers/cleanup/controller.ts';
import { cleanupMetrics } from '../../../../../webhook/controllers/cleanup/metrics.ts';
import {
  boundClaim,
  publishedVolume,
  registeredNode,
  reported,
  statefulPod,
} from '../../../../builders/orphans.ts';
import { controllerBench, NAMESPACE, type ControllerBench } from '../../../../builders/webhook.ts';
import { internalError } from '../../../../fakes/kube-answers.ts';
import type { FakeKube } from '../../../../fakes/kube.ts';

const MINUTE = 60_000;
let bench: ControllerBench;
let controller: CleanupController;
afterEach(() => bench.stop());

async function start(prepare: (kube: FakeKube) => void, more: object = {}): Promise<void> {
  bench = await controllerBench(prepare);
  const metrics = cleanupMetrics(bench.options.registry);
  controller = new CleanupController({ ...bench.options, metrics, ...more });
}

async function look(minutesLater = 0): Promise<void> {
  await bench.clock.advance(minutesLater * MINUTE);
  await bench.settled();
  await controller.look(new AbortController().signal);
  await bench.settled();
}

const deleted = (): string[] =>
  bench.kube.writes
    .filter(({ verb }) => verb === 'delete')
    .map(({ resource, name }) => `${resource}/${name ?? ''}`);
const said = (): string[] =>
  bench.kube.objects(events).map(({ reason, involvedObject }) => `${reason} ${involvedObject.name}`);

function stranded(kube: FakeKube): void {
  kube.add(nodes, registeredNode('node-2', 'n2'));
  kube.add(persistentVolumes, publishedVolume({ claimUID: 'claim-1' }));
  kube.add(persistentVolumeClaims, boundClaim());
  kube.add(pods, statefulPod());
}

function registeredAgain(kube: FakeKube): void {
  stranded(kube);
  kube.add(nodes, registeredNode('node-9', 'n1'));
  const volumes = [
    { name: 'pv-1', path: '', capacity: 1, identity: 'identity-pv-1', state: 'Bound' as const },
  ];
  kube.add(nvmeNodes, reported('node-9', { volumes }));
}

describe('the clean-up controller', () => {
  it('removes claim, pod and volume in this order after the grace, and says so on each', async () => {
    await start(stranded);
    await look();
    await look(4);
    expect(deleted()).toEqual([]);
    await look(1);
    expect(deleted()).toEqual(['persistentvolumeclaims/data-0', 'pods/db-0']);
    await look();
    expect(deleted()).toEqual(['persistentvolumeclaims/data-0', 'pods/db-0', 'persistentvolumes/pv-1']);
    expect(said()).toEqual(['NVMeOrphanDeleted data-0', 'NVMeOrphanDeleted db-0', 'NVMeOrphanDeleted pv-1']);
  });

  it('deletes nothing when the node is back by the time of the delete, although no cache knows', async () => {
    await start(stranded);
    await look();
    await bench.clock.advance(5 * MINUTE);
    bench.kube.before('get', 'nodes', () => bench.kube.add(nodes, registeredNode('node-1')));
    await controller.look(new AbortController().signal);
    expect(deleted()).toEqual([]);
  });

  it('deletes nothing while the API server cannot say whether the node is there', async () => {
    await start(stranded);
    await look();
    bench.kube.fail('get', 'nodes', internalError(), 100);
    await look(5);
    expect(deleted()).toEqual([]);
    expect(bench.logged.at(-1)).toMatchObject({ level: 'warn' });
  });

  it('deletes nothing before every cache is filled', async () => {
    await start(stranded);
    const pods = bench.caches.pods;
    Object.defineProperty(pods, 'synced', { value: () => false });
    await look();
    await look(10);
    expect(bench.kube.writes).toEqual([]);
  });

  it('does not delete a claim that somebody has just changed', async () => {
    await start(stranded);
    await look();
    bench.kube.before('delete', 'persistentvolumeclaims', () => {
      bench.kube.change(
        persistentVolumeClaims,
        'data-0',
        (claim) => (claim.metadata = { ...claim.metadata, labels: { a: 'b' } }),
        'default',
      );
    });
    await look(5);
    expect(bench.kube.peek(persistentVolumeClaims, 'data-0', 'default')).toBeDefined();
    expect(bench.kube.peek(pods, 'db-0', 'default')).toBeDefined();
    await look();
    expect(bench.kube.peek(persistentVolumeClaims, 'data-0', 'default')).toBeUndefined();
  });

  it('never deletes a volume whose claim lives, whatever the cache says', async () => {
    await start((kube) => {
      kube.add(nodes, registeredNode('node-2', 'n2'));
      kube.add(persistentVolumes, publishedVolume({ claimUID: 'claim-1' }));
    });
    await look();
    bench.kube.before('get', 'persistentvolumeclaims', () =>
      bench.kube.add(persistentVolumeClaims, boundClaim()),
    );
    await bench.clock.advance(5 * MINUTE);
    await controller.look(new AbortController().signal);
    expect(deleted()).toEqual([]);
  });

  it('writes the new UID on a volume that a machine registered again still carries', async () => {
    await start(registeredAgain);
    await look();
    expect(bench.kube.peek(persistentVolumes, 'pv-1')?.metadata?.annotations?.[NODE_UID]).toBe('node-9');
    expect(said()).toEqual(['NVMeVolumeKept pv-1']);
    await look(60);
    expect(deleted()).toEqual([]);
  });

  it('stops when all nodes vanish at once, tells why once, and goes on for what is approved', async () => {
    await start((kube) => {
      for (const index of [1, 2]) {
        kube.add(
          persistentVolumes,
          publishedVolume({ name: `pv-${index}`, nodeName: `n${index}`, nodeUID: `node-${index}` }),
        );
      }
    });
    await look();
    await look(10);
    expect(deleted()).toEqual([]);
    expect(said().filter((text) => text.startsWith('NVMeCleanupStopped'))).toHaveLength(2);
    bench.kube.change(
      configMaps,
      CLEANUP_CONFIG_MAP,
      (record) => {
        record.data = { ...record.data, [CLEANUP_APPROVED]: '["uid-pv-1"]' };
      },
      NAMESPACE,
    );
    await look();
    expect(deleted()).toEqual(['persistentvolumes/pv-1']);
    expect(await bench.options.registry.metrics()).toContain('kubectl_nvme_cleanup_stopped 1');
  });

  it('takes nodes that were cordoned and deleted between two looks as announced', async () => {
    const names = ['1', '2'];
    await start((kube) => {
      for (const index of names) {
        kube.add(nodes, registeredNode(`node-${index}`, `n${index}`));
        kube.add(
          persistentVolumes,
          publishedVolume({ name: `pv-${index}`, nodeName: `n${index}`, nodeUID: `node-${index}` }),
        );
      }
    });
    const stop = bench.caches.nodes.subscribe((change) => controller.onNode(change));
    await look();
    for (const index of names) {
      bench.kube.change(nodes, `n${index}`, (node) => (node.spec = { unschedulable: true }));
      bench.kube.remove(nodes, `n${index}`);
    }
    await look();
    await look(5);
    expect(deleted()).toEqual(['persistentvolumes/pv-1', 'persistentvolumes/pv-2']);
    stop();
  });

  it('goes on where the last leader was', async () => {
    await start(stranded);
    await look();
    const metrics = {
      ...cleanupMetrics(
        new (bench.options.registry.constructor as new () => typeof bench.options.registry)(),
      ),
    };
    await bench.clock.advance(5 * MINUTE);
    await bench.settled();
    controller = new CleanupController({ ...bench.options, metrics });
    await look();
    expect(deleted()).toEqual(['persistentvolumeclaims/data-0', 'pods/db-0']);
  });

  it('sends no deletion again whose watch event has not come yet, until it may wait for a finalizer', async () => {
    await start((kube) => {
      kube.add(nodes, registeredNode('node-2', 'n2'));
      kube.add(persistentVolumes, publishedVolume());
    });
    await look();
    const { store } = bench.caches.volumes;
    const seen = store.all();
    Object.defineProperty(store, 'all', { value: () => seen });
    await look(5);
    for (let looks = 0; looks < 3; looks += 1) await look();
    expect(deleted()).toEqual(['persistentvolumes/pv-1']);
    await look(1);
    expect(deleted()).toHaveLength(2);
  });

  it('writes nothing when it may not lead any more', async () => {
    await start(stranded, { mayWrite: () => false });
    await look();
    await look(10);
    expect(bench.kube.writes).toEqual([]);
  });

  it('only tells in a dry run', async () => {
    await start(stranded, { dryRun: true });
    await look();
    await look(5);
    expect(deleted()).toEqual([]);
    expect(bench.logged.map(({ message }) => message)).toContain('clean-up would delete');
  });

  it('leaves volumes of a machine that registered again as they are in a dry run', async () => {
    await start(registeredAgain, { dryRun: true });
    await look();
    expect(bench.kube.peek(persistentVolumes, 'pv-1')?.metadata?.annotations?.[NODE_UID]).toBe('node-1');
    expect(bench.kube.writes.filter(({ resource }) => resource !== 'configmaps')).toEqual([]);
    expect(bench.logged.map(({ message }) => message)).toContain('clean-up would keep');
  });

  it('keeps volumes whose rules say Report for a machine that registered again: that loses nothing', async () => {
    await start((kube) => {
      registeredAgain(kube);
      kube.remove(persistentVolumes, 'pv-1');
      kube.add(persistentVolumes, publishedVolume({ orphans: 'Report' }));
    });
    await look();
    expect(bench.kube.peek(persistentVolumes, 'pv-1')?.metadata?.annotations?.[NODE_UID]).toBe('node-9');
  });

  it('says once why a volume is held', async () => {
    await start((kube) => {
      kube.add(nodes, registeredNode('node-2', 'n2'));
      kube.add(persistentVolumes, publishedVolume({ orphans: 'Report' }));
    });
    for (const minutes of [0, 1, 10]) await look(minutes);
    expect(said()).toEqual(['NVMeOrphanHeld pv-1']);
    expect(bench.kube.objects(events)[0]?.count).toBe(1);
  });

  it('sums the Events of a whole fleet of volumes up, on its ConfigMap', async () => {
    await start((kube) => {
      kube.add(nodes, registeredNode('node-2', 'n2'));
      for (let number = 0; number < 80; number += 1) {
        kube.add(persistentVolumes, publishedVolume({ name: `pv-${number}` }));
      }
    });
    await look();
    await look(6);
    expect(deleted()).toHaveLength(80);
    expect(said().filter((line) => line.startsWith('NVMeOrphanDeleted pv-'))).toHaveLength(50);
    const summary = bench.kube
      .objects(events)
      .find(({ involvedObject }) => involvedObject.kind === 'ConfigMap');
    expect(summary?.message).toMatch(/^Deleted 30 more volumes of nodes that are gone/);
  });
});
