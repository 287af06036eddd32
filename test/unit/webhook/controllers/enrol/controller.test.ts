import { afterEach, describe, expect, it } from 'vitest';
import { PAUSED, STARTUP_TAINT_KEY } from '../../../../../api/keys.ts';
import {
  events,
  nodes,
  nvmeNodes,
  nvmeProfiles,
  persistentVolumes,
  storageClasses,
} from '../../../../../kube/resources.ts';
import { EnrolController } from '../../../../../webhook/controllers/enrol/controller.ts';
import { enrolMetrics } from '../../../../../webhook/controllers/enrol/metrics.ts';
import { node, nvmeNode, nvmeProfile, persistentVolume } from '../../../../builders/objects.ts';
import { controllerBench, type ControllerBench } from '../../../../builders/webhook.ts';
import type { FakeKube } from '../../../../fakes/kube.ts';

let bench: ControllerBench;
let stop: AbortController;
let running: Promise<void>;

afterEach(async () => {
  stop.abort(new Error('over'));
  await running;
  await bench.stop();
});

async function start(prepare: (kube: FakeKube) => void, more: object = {}): Promise<void> {
  bench = await controllerBench(prepare);
  stop = new AbortController();
  const controller = new EnrolController({
    ...bench.options,
    metrics: enrolMetrics(bench.options.registry),
    ...more,
  });
  running = controller.run(stop.signal);
  await bench.settled();
}

const labels = { disk: 'nvme' };
const taintsOf = (name: string): string[] =>
  (bench.kube.peek(nodes, name)?.spec?.taints ?? []).map(({ key }) => key);
const written = (): string[] =>
  bench.kube.writes
    .filter(({ resource }) => resource !== 'events')
    .map(({ verb, resource }) => `${verb} ${resource}`);

describe('the enrol controller', () => {
  it('taints, enrols and makes the StorageClass of a node that slipped past the webhook, and says so', async () => {
    await start((kube) => {
      kube.add(nvmeProfiles, nvmeProfile());
      kube.add(nodes, node({ metadata: { name: 'n1', labels } }));
    });
    expect(taintsOf('n1')).toEqual([STARTUP_TAINT_KEY]);
    expect(bench.kube.peek(nvmeNodes, 'n1')?.spec).toEqual({ profile: 'fast' });
    expect(bench.kube.peek(storageClasses, 'nvme-ssd')?.provisioner).toBe('local.kubectl-nvme.dev');
    expect(bench.kube.objects(events).map(({ reason }) => reason)).toEqual(['NVMeTainted']);
  });

  it('taints a node that slipped past before it enrols the many that did not', async () => {
    const taints = [{ key: STARTUP_TAINT_KEY, effect: 'NoSchedule' as const }];
    await start((kube) => {
      kube.add(nvmeProfiles, nvmeProfile());
      for (let index = 0; index < 100; index += 1)
        kube.add(nodes, node({ metadata: { name: `born-tainted-${index}`, labels }, spec: { taints } }));
      kube.add(nodes, node({ metadata: { name: 'slipped-past', labels } }));
    });
    const order = bench.kube.writes.map(({ resource, name }) => `${resource}/${name ?? ''}`);
    expect(order).toContain('nvmenodes/born-tainted-99');
    expect(order.indexOf('nodes/slipped-past')).toBeLessThan(20);
  });

  it('writes nothing at a second look', async () => {
    await start((kube) => {
      kube.add(nvmeProfiles, nvmeProfile());
      kube.add(nodes, node({ metadata: { name: 'n1', labels } }));
    });
    const before = written();
    bench.kube.change(
      nodes,
      'n1',
      (object) =>
        (object.metadata = { ...object.metadata, annotations: { ...object.metadata?.annotations, a: 'b' } }),
    );
    await bench.settled();
    expect(written()).toEqual(before);
  });

  it('never touches a node that no profile matches', async () => {
    await start((kube) => {
      kube.add(nvmeProfiles, nvmeProfile());
      kube.add(nodes, node({ metadata: { name: 'other' } }));
    });
    expect(written()).toEqual(['create storageclasses']);
  });

  it('does not put the taint back on a node whose agent removes it at that moment', async () => {
    await start((kube) => {
      kube.add(nvmeProfiles, nvmeProfile());
      kube.add(nodes, node({ metadata: { name: 'n1', labels } }));
      kube.before('patch', 'nodes', () => {
        kube.change(nodes, 'n1', (object) => {
          object.metadata = {
            ...object.metadata,
            annotations: { 'kubectl-nvme.dev/ready-boot-id': 'boot-1' },
          };
        });
      });
    });
    expect(taintsOf('n1')).toEqual([]);
  });

  it('replaces the NVMeNode of an earlier machine', async () => {
    await start((kube) => {
      kube.add(nvmeProfiles, nvmeProfile());
      kube.add(nodes, node({ metadata: { name: 'n1', uid: 'new', labels } }));
      const ownerReferences = [{ apiVersion: 'v1', kind: 'Node', name: 'n1', uid: 'old' }];
      kube.add(nvmeNodes, nvmeNode({ metadata: { name: 'n1', ownerReferences } }));
    });
    await bench.clock.advance(2_000);
    await bench.settled();
    expect(bench.kube.peek(nvmeNodes, 'n1')?.metadata.ownerReferences?.[0]?.uid).toBe('new');
  });

  it('puts back what a person edits, each with an Event', async () => {
    await start((kube) => {
      kube.add(nvmeProfiles, nvmeProfile());
      kube.add(nodes, node({ metadata: { name: 'n1', labels } }));
    });
    bench.kube.change(nodes, 'n1', (object) => (object.spec = {}));
    bench.kube.change(nvmeNodes, 'n1', (object) => (object.spec = { profile: 'by-hand' }));
    await bench.settled();
    expect(taintsOf('n1')).toEqual([STARTUP_TAINT_KEY]);
    expect(bench.kube.peek(nvmeNodes, 'n1')?.spec).toEqual({ profile: 'fast' });
    const told = bench.kube.objects(events).map(({ reason, message, count }) => ({ reason, message, count }));
    // They are told of two objects, in either order.
    const byReason = told.sort((one, other) => (one.reason < other.reason ? -1 : 1));
    expect(byReason).toEqual([
      {
        ...{ reason: 'NVMeProfileSet', count: 1 },
        message: 'Profile fast rules it; the NVMeNode named by-hand',
      },
      expect.objectContaining({ reason: 'NVMeTainted', count: 2 }),
    ]);
  });

  it('leaves the taints of a paused node as a person has them', async () => {
    await start((kube) => {
      kube.add(nvmeProfiles, nvmeProfile());
      kube.add(nodes, node({ metadata: { name: 'n1', labels, annotations: { [PAUSED]: '{}' } } }));
    });
    expect(taintsOf('n1')).toEqual([]);
    expect(written()).not.toContain('patch nodes');
  });

  it('never edits a StorageClass, but says what is wrong with it', async () => {
    await start((kube) => {
      kube.add(nvmeProfiles, nvmeProfile());
      kube.add(storageClasses, {
        metadata: { name: 'nvme-ssd' },
        provisioner: 'kubernetes.io/no-provisioner',
        volumeBindingMode: 'Immediate',
      });
    });
    expect(written()).toEqual([]);
    expect(bench.kube.objects(events)[0]).toMatchObject({
      reason: 'NVMeStorageClassImmediate',
      involvedObject: { kind: 'StorageClass', name: 'nvme-ssd' },
    });
  });

  it('protects a node while it holds a bound volume of ours, and no longer', async () => {
    const key = 'karpenter.sh/do-not-disrupt';
    const protectedBy = (): string | undefined => bench.kube.peek(nodes, 'n1')?.metadata?.annotations?.[key];
    await start((kube) => {
      kube.add(nvmeProfiles, nvmeProfile({ spec: { cleanup: { protect: 'Bound' } } }));
      kube.add(nodes, node({ metadata: { name: 'n1', labels } }));
      kube.add(persistentVolumes, persistentVolume());
    });
    expect(protectedBy()).toBeUndefined();
    bench.kube.change(persistentVolumes, 'pv-1', (volume) => (volume.status = { phase: 'Bound' }));
    await bench.settled();
    expect(protectedBy()).toBe('true');
    bench.kube.change(persistentVolumes, 'pv-1', (volume) => (volume.status = { phase: 'Released' }));
    await bench.settled();
    expect(protectedBy()).toBeUndefined();
  });

  it('taints the nodes that a new profile matches, if it says so', async () => {
    await start((kube) => kube.add(nodes, node({ metadata: { name: 'n1', labels } })));
    await bench.clock.advance(60_000);
    bench.kube.add(nvmeProfiles, nvmeProfile({ spec: { taintExisting: true } }));
    await bench.settled();
    expect(taintsOf('n1')).toEqual([STARTUP_TAINT_KEY]);
  });

  it('writes nothing when it may not lead', async () => {
    const mayWrite = (): boolean => false;
    await start(
      (kube) => {
        kube.add(nvmeProfiles, nvmeProfile());
        kube.add(nodes, node({ metadata: { name: 'n1', labels } }));
      },
      { mayWrite },
    );
    expect(written()).toEqual([]);
  });
});
