import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SPDK_KEEP_CURRENT, SPDK_NODE } from '../../../../../api/keys.ts';
import { deployments, nodes, nvmeNodes, pods } from '../../../../../kube/resources.ts';
import { spdkBench, type SpdkBench } from '../../../../builders/spdk-bench.ts';
import {
  amountsOf,
  DRIVE,
  keptDeployment,
  nodeWithPages,
  pagesPod,
  SECOND_DRIVE,
} from '../../../../builders/spdk-deployment.ts';

const MINUTE = 60_000;
let bench: SpdkBench;

beforeEach(async () => {
  bench = await spdkBench();
});
afterEach(() => bench.stop());

describe('a Deployment of SPDK that is to be kept current', () => {
  it('is given what is free beside what its own pod has, once that has held still', async () => {
    await bench.pass(MINUTE - 10_000);
    expect(bench.patches()).toEqual([]);
    await bench.pass(20_000);
    expect(amountsOf(bench.deployment())).toEqual({
      limit: '216Mi',
      request: '216Mi',
      args: ['-m', '0x1', '-s', '216', '-A', DRIVE],
    });
    expect(bench.told()).toEqual([['NVMeSpdkUpdated', `Given 216Mi of 2Mi hugepages and ${DRIVE}`, 1]]);
  });

  it('is not written again while its pod is replaced, whatever the agent reports meanwhile', async () => {
    await bench.pass(2 * MINUTE);
    expect(bench.limit()).toBe('216Mi');
    // The old pod ends: its pages come back, first in the kubelet's sums, later in the report.
    bench.kube.change(
      pods,
      'spdk-n1-abc',
      (pod) => (pod.metadata = { ...pod.metadata, deletionTimestamp: bench.now() }),
      'storage',
    );
    await bench.pass(3 * MINUTE);
    bench.kube.remove(pods, 'spdk-n1-abc', 'storage');
    await bench.pass(10_000);
    bench.report({ total: 128, free: 108 });
    bench.kube.add(pods, pagesPod(108, { name: 'spdk-n1-def', ready: false }));
    await bench.pass(3 * MINUTE);
    bench.kube.change(
      pods,
      'spdk-n1-def',
      (pod) => Object.assign(pod, { status: pagesPod(0).status }),
      'storage',
    );
    await bench.pass(3 * MINUTE);
    bench.report({ total: 128, free: 0 });
    await bench.pass(5 * MINUTE);
    expect(bench.patches()).toHaveLength(1);
    expect(bench.told()).toHaveLength(1);
  });

  it('follows controllers that are handed to SPDK, and pods that end', async () => {
    await bench.pass(2 * MINUTE);
    bench.kube.remove(pods, 'spdk-n1-abc', 'storage');
    bench.kube.add(pods, pagesPod(108, { name: 'spdk-n1-def' }));
    bench.kube.remove(pods, 'other', 'default');
    bench.report({ total: 128, free: 20, addresses: [DRIVE, SECOND_DRIVE] });
    await bench.pass(2 * MINUTE);
    expect(amountsOf(bench.deployment())).toMatchObject({
      limit: '256Mi',
      args: ['-m', '0x1', '-s', '256', '-A', DRIVE, '-A', SECOND_DRIVE],
    });
    expect(bench.patches()).toHaveLength(2);
  });

  it('gets less when its pod cannot be placed any more', async () => {
    bench.kube.remove(pods, 'spdk-n1-abc', 'storage');
    bench.kube.change(nodes, 'n1', (node) => Object.assign(node, { status: nodeWithPages(64).status }));
    bench.report({ total: 64, free: 44 });
    bench.kube.add(pods, pagesPod(100, { name: 'spdk-n1-new', nodeName: '', ready: false }));
    await bench.pass(2 * MINUTE);
    expect(bench.limit()).toBe('88Mi');
  });

  it('is not disturbed for what passes within the minute', async () => {
    bench.report({ total: 128, free: 0 });
    await bench.pass(MINUTE / 2);
    for (let turn = 0; turn < 6; turn += 1) {
      bench.report({ total: 128, free: 8 });
      await bench.pass(MINUTE / 2);
      bench.report({ total: 128, free: 0 });
      await bench.pass(MINUTE / 2);
    }
    expect(bench.patches()).toEqual([]);
  });

  it('keeps everything else that a person has changed', async () => {
    bench.edit(({ spec }) => {
      if (spec === undefined) return;
      spec.template.spec = {
        ...spec.template.spec,
        containers: [
          { name: 'sidecar', image: 'mine' },
          ...(spec.template.spec?.containers ?? []).map((one) => ({
            ...one,
            args: ['--wait-for-rpc', ...(one.args ?? [])],
          })),
        ],
      };
    });
    await bench.pass(2 * MINUTE);
    const containers = bench.deployment().spec?.template.spec?.containers ?? [];
    expect(containers.map(({ name, args }) => [name, args])).toEqual([
      ['sidecar', undefined],
      ['spdk', ['--wait-for-rpc', '-m', '0x1', '-s', '216', '-A', DRIVE]],
    ]);
  });

  it('is left alone from the moment that the annotation is gone', async () => {
    await bench.pass(MINUTE / 2);
    bench.edit(({ metadata }) => delete metadata?.annotations?.[SPDK_KEEP_CURRENT]);
    await bench.pass(3 * MINUTE);
    expect(bench.patches()).toEqual([]);
  });
});

describe('a Deployment of SPDK that cannot be kept current', () => {
  it.each<[string, RegExp, () => unknown]>([
    ['the node is gone', /node n1 is not there/, () => bench.kube.remove(nodes, 'n1')],
    ['the NVMeNode is gone', /node n1 has no NVMeNode/, () => bench.kube.remove(nvmeNodes, 'n1')],
    [
      'the node has no drives of SPDK’s any more',
      /no drives that are SPDK’s. Set them up/,
      () => bench.report({ total: 128, free: 8, addresses: [] }),
    ],
    [
      'the kubelet has not counted anew',
      /counted 128 of 200 .*restart it/,
      () => bench.report({ total: 200, free: 80 }),
    ],
    ['the agent may not list pods', /may not list pods/, () => bench.report({ total: 128 })],
    [
      'its pod is gone and no page is free',
      /no free hugepages of 2Mi/,
      () => {
        bench.kube.remove(pods, 'spdk-n1-abc', 'storage');
        bench.report({ total: 128, free: 0 });
      },
    ],
    ['it has two replicas', /has 2 replicas/, () => bench.edit(({ spec }) => spec && (spec.replicas = 2))],
    [
      'it would start its new pod before the old one has ended',
      /not Recreate/,
      () => bench.edit(({ spec }) => spec && (spec.strategy = { type: 'RollingUpdate' })),
    ],
    [
      'its pods may run anywhere',
      /may run elsewhere/,
      () => bench.edit(({ spec }) => spec?.template.spec && delete spec.template.spec.affinity),
    ],
    [
      'its arguments are not ours',
      /-s 0 times/,
      () =>
        bench.edit(
          ({ spec }) => spec?.template.spec?.containers[0] && (spec.template.spec.containers[0].args = []),
        ),
    ],
    [
      'nobody says for which node it is',
      /no annotation/,
      () => bench.edit(({ metadata }) => delete metadata?.annotations?.[SPDK_NODE]),
    ],
  ])('stays as it is when %s, and that is told once', async (_, message, happen) => {
    happen();
    const before = bench.deployment().spec;
    await bench.pass(10 * MINUTE);
    expect(bench.patches()).toEqual([]);
    expect(bench.deployment().spec).toEqual(before);
    expect(bench.told()).toEqual([['NVMeSpdkHeld', expect.stringMatching(message), 1]]);
  });

  it.each<[string, () => unknown]>([
    [
      'an earlier boot',
      () => bench.kube.change(nvmeNodes, 'n1', ({ status }) => status && (status.bootID = 'boot-0')),
    ],
    [
      'an earlier machine',
      () => bench.kube.change(nvmeNodes, 'n1', ({ status }) => status && (status.nodeUID = 'other')),
    ],
  ])('waits in silence while the report is of %s', async (_, happen) => {
    happen();
    await bench.pass(5 * MINUTE);
    expect([bench.patches(), bench.told()]).toEqual([[], []]);
  });

  it('waits while its pod is not ready: what a crashing one holds nobody knows', async () => {
    bench.kube.change(
      pods,
      'spdk-n1-abc',
      (pod) => Object.assign(pod, { status: pagesPod(0, { ready: false }).status }),
      'storage',
    );
    await bench.pass(5 * MINUTE);
    expect([bench.patches(), bench.told()]).toEqual([[], []]);
  });

  it('is kept current again when the cause is gone', async () => {
    bench.report({ total: 200, free: 8 });
    await bench.pass(2 * MINUTE);
    expect(bench.told()).toHaveLength(1);
    bench.report({ total: 128, free: 8 });
    await bench.pass(2 * MINUTE);
    expect(bench.limit()).toBe('216Mi');
  });

  it('yields to an older one for the same node', async () => {
    await bench.pass(10_000);
    bench.kube.add(deployments, keptDeployment({ pages: 1 }, { name: 'second' }));
    await bench.pass(3 * MINUTE);
    expect(bench.patches().map(({ name }) => name)).toEqual(['spdk-n1']);
    expect(bench.told()).toContainEqual([
      'NVMeSpdkHeld',
      'Left as it is: deployment storage/spdk-n1 is kept current for node n1 already',
      1,
    ]);
  });
});
