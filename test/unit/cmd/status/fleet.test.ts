import { beforeEach, describe, expect, it } from 'vitest';
import { STARTUP_TAINT_KEY } from '../../../../api/keys.ts';
import type { Condition } from '../../../../api/meta.ts';
import type { NVMeNodeStatus } from '../../../../api/node.ts';
import type { ConditionType } from '../../../../api/reasons.ts';
import { summaryOf } from '../../../../api/summary.ts';
import { nodes, nvmeNodes, persistentVolumes } from '../../../../kube/resources.ts';
import { node, nvmeNode, persistentVolume } from '../../../builders/objects.ts';
import { SteppedClock } from '../../../fakes/clock.ts';
import { forbidden } from '../../../fakes/kube-answers.ts';
import { FakeKube } from '../../../fakes/kube.ts';
import { kubectlNVMe } from '../../../fakes/program.ts';

const BORN = '2025-12-31T00:00:00Z';
const GI = 2 ** 30;

const condition = (
  type: ConditionType,
  status: Condition['status'],
  reason: string,
  message = '',
): Condition => ({ type, status, reason, message, lastTransitionTime: BORN });
const isReady = condition('Ready', 'True', 'VolumesPublished', '1 volume');

const drive = (path: string, state: 'Ours' | 'Foreign', percentageUsed: number) => ({
  ...{ path, model: `Fast ${percentageUsed}`, size: 375 * GI, numaNode: 1, role: 'Local' as const },
  ...{ state, health: { percentageUsed } },
});
const volume = (state: 'Available' | 'Bound' | 'Unclaimed') => ({
  ...{ name: 'pv-n1', state, path: '/pv-disks/a/data', capacity: 370 * GI, identity: 'a' },
});

const healthy: NVMeNodeStatus = {
  ...{ nodeUID: 'uid-n1', bootID: 'boot-1', provider: 'aws', agentVersion: '0.1.0' },
  layout: {
    type: 'RAID',
    raid: { level: 10, chunk: '512Ki', perNUMANode: false },
    filesystem: { type: 'xfs', mountOptions: [] },
  },
  drives: [drive('/dev/nvme1n1', 'Ours', 7), drive('/dev/nvme2n1', 'Foreign', 50)],
  volumes: [volume('Available')],
  conditions: [isReady],
};
const failed = condition('Ready', 'False', 'StepFailed', 'mkfs.ext4 ended with 1');
const progress = { step: 2, of: 5, name: 'make ext4' };

/** Reports that the table tells all of. */
const TOLD: Record<string, NVMeNodeStatus> = {
  'a healthy one': healthy,
  'one without drives': { ...healthy, drives: [], volumes: [] },
  'a drifted one': { ...healthy, conditions: [isReady, condition('Drifted', 'True', 'Drift', 'is RAID0')] },
  'a degraded one that is drifted, too': {
    ...healthy,
    conditions: [
      isReady,
      condition('Drifted', 'True', 'Drift', 'is RAID0'),
      condition('Degraded', 'True', 'DriveFailed', '/dev/nvme2n1 failed'),
    ],
  },
  'one that refuses a drive': {
    ...healthy,
    conditions: [isReady, condition('Refused', 'True', 'ExistingData', '/dev/nvme2n1 is foreign')],
  },
  'one whose warnings do not hold': {
    ...healthy,
    conditions: [isReady, condition('Degraded', 'False', 'AllDrives', 'all drives are there')],
  },
  'one that is not ready': {
    ...healthy,
    conditions: [condition('Ready', 'False', 'ExistingData', '/dev/nvme1n1 carries ext4')],
  },
  'one whose reason has no words': { ...healthy, conditions: [condition('Ready', 'False', 'Waiting')] },
  'one that failed': { ...healthy, conditions: [failed] },
  'one at work': {
    ...healthy,
    conditions: [condition('Ready', 'Unknown', 'SettingUp', 'sets up')],
    progress,
  },
  'one without conditions': { ...healthy, conditions: [] },
  'one of an earlier boot': { ...healthy, bootID: 'boot-0' },
  'one of another machine': { ...healthy, nodeUID: 'uid-before' },
};

/** Reports that are to be read whole. */
const UNTOLD: Record<string, NVMeNodeStatus> = {
  'one that failed and is at work again': { ...healthy, conditions: [failed], progress },
  'one with a volume that only the agent knows': {
    ...healthy,
    volumes: [volume('Available'), { ...volume('Unclaimed'), name: 'kept' }],
  },
};

describe('the table of a fleet', () => {
  let kube: FakeKube;
  const status = (...argv: string[]) => kubectlNVMe(['status', ...argv], { kube, clock: new SteppedClock() });
  const readWhole = () =>
    kube.calls.filter(({ method, resource }) => method === 'get' && resource === 'nvmenodes').length;

  beforeEach(() => {
    kube = new FakeKube(new SteppedClock());
    kube.add(
      nodes,
      node({
        metadata: { name: 'n1', uid: 'uid-n1', creationTimestamp: BORN },
        spec: { taints: [{ key: STARTUP_TAINT_KEY, effect: 'NoSchedule' }] },
      }),
    );
  });

  const publish = (): void =>
    void kube.add(
      persistentVolumes,
      persistentVolume(
        {
          metadata: { name: 'pv-n1' },
          spec: { capacity: { storage: '372Gi' } },
          status: { phase: 'Available' },
        },
        'n1',
      ),
    );

  /** What is printed of a report by an older agent, and what of the same with its summary. */
  async function bothWays(report: NVMeNodeStatus): Promise<string[]> {
    const object = { metadata: { name: 'n1', generation: 3 }, spec: { profile: 'fast' } };
    kube.add(nvmeNodes, nvmeNode({ ...object, status: report }));
    const older = await status('-o', 'wide');
    expect(readWhole()).toBe(1);
    kube.change(nvmeNodes, 'n1', (found) => void (found.status = { ...report, summary: summaryOf(report) }));
    const [table, wide] = [await status(), await status('-o', 'wide')];
    expect([table.stderr, wide.stderr]).toEqual([older.stderr, older.stderr]);
    expect(table.stdout.split('\n')[1]?.slice(0, 20)).toBe(older.stdout.split('\n')[1]?.slice(0, 20));
    return [older.stdout, wide.stdout];
  }

  it.each(Object.entries(TOLD))(
    'says of %s what its whole report says, without reading it',
    async (_, report) => {
      publish();
      const [whole, brief] = await bothWays(report);
      expect(brief).toBe(whole);
      expect(readWhole()).toBe(1);
    },
  );

  it.each(Object.entries(UNTOLD))('reads %s', async (_, report) => {
    publish();
    const [whole, brief] = await bothWays(report);
    expect(brief).toBe(whole);
    expect(readWhole()).toBe(3);
  });

  it('reads a report whose volumes are no longer there', async () => {
    const [whole, brief] = await bothWays(healthy);
    expect(brief).toBe(whole);
    expect(readWhole()).toBe(3);
  });

  it('reads a report whose node is gone', async () => {
    await kube.delete(nodes, 'n1');
    const [whole, brief] = await bothWays(healthy);
    expect(brief).toBe(whole);
    expect(whole).toContain('NodeGone');
    expect(readWhole()).toBe(3);
  });

  it('counts volumes as agents last reported them to an account that may not list them', async () => {
    publish();
    kube.fail('list', 'persistentvolumes', forbidden(persistentVolumes, 'list'), 3);
    const [whole, brief] = await bothWays({ ...healthy, volumes: [volume('Bound')] });
    expect(brief).toBe(whole);
    expect(brief).toMatch(/RAID10\/xfs +1 +1 +370Gi/);
  });

  it('reads all at once when hundreds of agents are too old for a summary', async () => {
    for (let index = 0; index < 101; index += 1) {
      const name = `old-${index}`;
      kube.add(nodes, node({ metadata: { name, uid: `uid-${name}` } }));
      kube.add(nvmeNodes, nvmeNode({ metadata: { name }, status: { conditions: [isReady] } }));
    }
    expect((await status()).stdout.match(/^old-\d+ +Ready/gm)).toHaveLength(101);
    expect(readWhole()).toBe(0);
  });
});
