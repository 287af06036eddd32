import { Registry } from 'prom-client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CAPACITY_INSTANCE_TYPE, INSTANCE_TYPE_LABEL, TEMPLATE_NODE_LABEL } from '../../../../api/keys.ts';
import type { VolumeStatus } from '../../../../api/node.ts';
import { csiStorageCapacities, nodes, nvmeNodes, nvmeProfiles } from '../../../../kube/resources.ts';
import { CapacityController } from '../../../../webhook/controllers/capacity/controller.ts';
import { capacityMetrics } from '../../../../webhook/controllers/capacity/metrics.ts';
import { node, nvmeNode, nvmeProfile } from '../../../builders/objects.ts';
import { controllerBench, type ControllerBench } from '../../../builders/webhook.ts';

const GIB = 2 ** 30;
let bench: ControllerBench;
let controller: CapacityController;

beforeEach(async () => {
  bench = await controllerBench((kube) =>
    kube.add(
      nvmeProfiles,
      nvmeProfile({
        metadata: { name: 'fast' },
        spec: { nodeSelector: { matchLabels: { disk: 'nvme' } }, volumes: { storageClassName: 'nvme-ssd' } },
      }),
    ),
  );
  const metrics = capacityMetrics(bench.options.registry);
  controller = new CapacityController({ ...bench.options, metrics });
});
afterEach(() => bench.stop());

const look = async (): Promise<void> => {
  await bench.settled();
  await controller.look(new AbortController().signal);
  await bench.settled();
};

const volume = (
  name: string,
  capacity: number,
  state: VolumeStatus['state'] = 'Available',
): VolumeStatus => ({
  ...{ name, capacity, state, path: `/pv-disks/${name}/data`, identity: name },
});

function addNode(name: string, volumes: VolumeStatus[], type?: string): void {
  const labels = { disk: 'nvme', ...(type === undefined ? {} : { [INSTANCE_TYPE_LABEL]: type }) };
  bench.kube.add(nodes, node({ metadata: { name, labels } }));
  bench.kube.add(nvmeNodes, nvmeNode({ metadata: { name }, spec: { profile: 'fast' }, status: { volumes } }));
}

/** Sizes in GiB by instance type; `*` is the object for all others. */
const told = (): Record<string, [number, number]> =>
  Object.fromEntries(
    bench.kube
      .objects(csiStorageCapacities)
      .map((one) => [
        one.metadata?.annotations?.[CAPACITY_INSTANCE_TYPE] ?? '*',
        [Number(one.maximumVolumeSize) / GIB, Number(one.capacity) / GIB],
      ]),
  );

describe('storage capacity for the autoscaler', () => {
  it('is told for template nodes only, and before any node was seen is never too small', async () => {
    await look();
    const [object] = bench.kube.objects(csiStorageCapacities);
    expect(object).toMatchObject({
      storageClassName: 'nvme-ssd',
      nodeTopology: { matchLabels: { disk: 'nvme', [TEMPLATE_NODE_LABEL]: 'true' }, matchExpressions: [] },
    });
    expect(told()['*']?.[0]).toBeGreaterThanOrEqual(2 ** 20);
  });

  it('is learned from nodes, the least of each instance type; bound volumes count, lost ones do not', async () => {
    addNode(
      'a',
      [volume('a0', 100 * GIB), volume('a1', 100 * GIB, 'Bound'), volume('a2', 900 * GIB, 'Lost')],
      'small',
    );
    addNode('b', [volume('b0', 90 * GIB)], 'small');
    addNode('c', [volume('c0', 500 * GIB)], 'large');
    await look();
    expect(told()).toMatchObject({ small: [90, 90], large: [500, 500] });
    const others = bench.kube
      .objects(csiStorageCapacities)
      .find(({ metadata }) => metadata?.annotations?.[CAPACITY_INSTANCE_TYPE] === undefined);
    expect(others?.nodeTopology?.matchExpressions).toEqual([
      { key: INSTANCE_TYPE_LABEL, operator: 'NotIn', values: ['large', 'small'] },
    ]);
  });

  it('is remembered when the last node has gone, and writes nothing when all is right', async () => {
    addNode('a', [volume('a0', 100 * GIB)], 'small');
    await look();
    await look();
    bench.kube.remove(nvmeNodes, 'a');
    bench.kube.remove(nodes, 'a');
    const writes = bench.kube.writes.length;
    await look();
    expect(told()).toMatchObject({ small: [100, 100] });
    expect(bench.kube.writes).toHaveLength(writes);
  });

  it('follows nodes that bring another size', async () => {
    addNode('a', [volume('a0', 100 * GIB)]);
    await look();
    bench.kube.change(nvmeNodes, 'a', (object) => {
      object.status = { ...object.status, volumes: [volume('a0', 200 * GIB)] };
    });
    await look();
    expect(told()).toEqual({ '*': [200, 200] });
  });

  it('is kept per StorageClass and profile, and learned from the nodes of that profile only', async () => {
    bench.kube.add(
      nvmeProfiles,
      nvmeProfile({
        metadata: { name: 'small' },
        spec: { nodeSelector: { matchLabels: { disk: 'small' } }, volumes: { storageClassName: 'nvme-ssd' } },
      }),
    );
    addNode('a', [volume('a0', 100 * GIB)]);
    await look();
    const byDisk = () =>
      bench.kube
        .objects(csiStorageCapacities)
        .map(({ storageClassName, nodeTopology, capacity }) => [
          storageClassName,
          nodeTopology?.matchLabels?.disk,
          Number(capacity) / GIB,
        ]);
    expect(byDisk()).toEqual(
      expect.arrayContaining([
        ['nvme-ssd', 'nvme', 100],
        ['nvme-ssd', 'small', 2 ** 20],
      ]),
    );
    bench.kube.change(
      nvmeProfiles,
      'fast',
      ({ spec = {} }) => (spec.volumes = { storageClassName: 'other' }),
    );
    await look();
    expect(byDisk()).toContainEqual(['other', 'nvme', 100]);
    expect(byDisk()).toHaveLength(2);
  });

  it('goes with its profile, and is not told of layouts without volumes', async () => {
    await look();
    bench.kube.change(nvmeProfiles, 'fast', (profile) => {
      profile.spec = { ...profile.spec, layout: { type: 'Swap' } };
    });
    await look();
    expect(told()).toEqual({});
  });

  it('is not changed by a replica that may not write', async () => {
    const metrics = capacityMetrics(new Registry());
    const standby = new CapacityController({ ...bench.options, metrics, mayWrite: () => false });
    await standby.look(new AbortController().signal);
    expect(bench.kube.writes).toEqual([]);
  });
});
