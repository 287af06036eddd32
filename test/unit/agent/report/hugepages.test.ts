import { describe, expect, it, test } from 'vitest';
import { withDefaults } from '../../../../api/defaults.ts';
import type { HugepagePool } from '../../../../api/snapshot.ts';
import { hugepagesOf, hugepagesStatus, kubeletBehind } from '../../../../agent/report/hugepages.ts';
import { trimmedSnapshot } from '../../../../agent/report/trimmed-snapshot.ts';
import { pods, type Pod } from '../../../../kube/resources.ts';
import { machine } from '../../../builders/machine.ts';
import { node } from '../../../builders/objects.ts';
import { forbidden } from '../../../fakes/kube-answers.ts';
import { FakeKube } from '../../../fakes/kube.ts';

const pool = (numaNode: number, total: number, free: number): HugepagePool => ({
  numaNode,
  size: '2Mi',
  total,
  free,
});
const offering = (mebibytes: number) =>
  node({
    status: {
      capacity: { 'hugepages-2Mi': `${mebibytes}Mi` },
      allocatable: { 'hugepages-2Mi': `${mebibytes}Mi` },
    },
  });
const asking = (mebibytes: number): Pod => ({
  metadata: { name: `p-${mebibytes}`, namespace: 'default' },
  spec: {
    nodeName: 'n1',
    containers: [{ name: 'c', resources: { requests: { 'hugepages-2Mi': `${mebibytes}Mi` } } }],
  },
});

describe('free hugepages', () => {
  const free = (pools: HugepagePool[], offered: number, onNode: Pod[], reserved = 0) =>
    hugepagesStatus(
      { hugepages: pools, hugepagesReserved: { '2Mi': reserved } },
      offering(offered),
      onNode,
    ).map((row) => row.free);

  it.each([
    ['all of them, when nobody asks', [pool(0, 32, 32)], 64, [], 0, [32]],
    ['no more than pods have left, mapped or not', [pool(0, 32, 32)], 64, [asking(24)], 0, [20]],
    ['no more than the kernel has left', [pool(0, 32, 5)], 64, [asking(4)], 0, [5]],
    ['not what is promised to a mapping', [pool(0, 32, 32)], 64, [], 12, [20]],
    ['no more than the kubelet has counted', [pool(0, 32, 32)], 16, [], 0, [8]],
    ['nothing while the kubelet has counted none', [pool(0, 32, 32)], 0, [], 0, [0]],
    ['nothing when pods ask for more than there is', [pool(0, 32, 32)], 64, [asking(100)], 0, [0]],
    [
      'over all NUMA nodes no more than one pod would get',
      [pool(0, 32, 30), pool(1, 32, 32)],
      128,
      [asking(40)],
      0,
      [30, 14],
    ],
  ])('are %s', (_, pools, offered, onNode, reserved, expected) => {
    expect(free(pools, offered, onNode, reserved)).toEqual(expected);
  });
});

describe('the report of a node', () => {
  const snapshot = machine({ snapshot: { hugepages: [pool(0, 32, 32), pool(1, 0, 0)] } });

  it('counts the pods of this node only', async () => {
    const kube = new FakeKube();
    kube.add(pods, asking(8));
    const other = asking(16);
    kube.add(pods, {
      ...other,
      spec: { ...other.spec, containers: other.spec?.containers ?? [], nodeName: 'n2' },
    });
    expect(await hugepagesOf(kube, snapshot, offering(64))).toEqual([
      { numaNode: 0, size: '2Mi', total: 32, free: 28 },
    ]);
  });

  it('leaves out what it may not know', async () => {
    const kube = new FakeKube();
    kube.fail('list', 'pods', forbidden(pods, 'list'));
    expect(await hugepagesOf(kube, snapshot, offering(64))).toEqual([
      { numaNode: 0, size: '2Mi', total: 32 },
    ]);
  });

  it('asks for no pods where there are no hugepages', async () => {
    const kube = new FakeKube();
    kube.fail('list', 'pods', forbidden(pods, 'list'));
    expect(await hugepagesOf(kube, machine(), offering(0))).toBeUndefined();
  });
});

test('the inventory in the status does not change with the pages that are in use', () => {
  const trimmed = (free: number) =>
    trimmedSnapshot(
      machine({ snapshot: { hugepages: [pool(0, 32, free)], hugepagesReserved: { '2Mi': free } } }),
    );
  expect(trimmed(3)).toEqual(trimmed(30));
});

describe('the kubelet', () => {
  const spec = (perNUMANode: number) =>
    withDefaults({ layout: { type: 'SPDK', spdk: { hugepages: { perNUMANode } } } });
  const snapshot = { hugepages: [pool(0, 32, 32), pool(1, 32, 32)] };

  it.each([
    ['is behind when it counted fewer', 64, 32, true],
    ['is behind when it counted more', 256, 32, true],
    ['has counted all of them', 128, 32, false],
    ['does not matter to a layout without hugepages', 0, 0, false],
  ])('%s', (_, counted, wanted, behind) => {
    const { kubeletLag } = kubeletBehind(snapshot, offering(counted), spec(wanted));
    expect(kubeletLag !== undefined).toBe(behind);
  });
});
