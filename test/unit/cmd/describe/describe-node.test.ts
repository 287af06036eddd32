import { beforeEach, describe, expect, it } from 'vitest';
import type { NVMeNodeStatus } from '../../../../api/node.ts';
import { CONDITION_REASONS, CONDITIONS } from '../../../../api/reasons.ts';
import { STARTUP_TAINT_KEY } from '../../../../api/keys.ts';
import { nextSteps } from '../../../../cmd/describe/next-steps.ts';
import type { NodeStorage } from '../../../../cmd/status/node-storage.ts';
import {
  events,
  nodes,
  nvmeNodes,
  persistentVolumes,
  pods,
  type CoreEvent,
} from '../../../../kube/resources.ts';
import { node, nvmeNode, persistentVolume, pod } from '../../../builders/objects.ts';
import { SteppedClock } from '../../../fakes/clock.ts';
import { forbidden } from '../../../fakes/kube-answers.ts';
import { FakeKube } from '../../../fakes/kube.ts';
import { kubectlNVMe } from '../../../fakes/program.ts';
import { plan } from '../setup/setup-bench.ts';

const BORN = '2025-12-31T00:00:00Z';

const status: NVMeNodeStatus = {
  provider: 'aws',
  agentVersion: '0.1.0',
  layout: plan.layout,
  plan: { ...plan, steps: [] },
  drives: [
    { path: '/dev/nvme1n1', model: 'Fast', size: 2 ** 40, numaNode: 1, role: 'Local', state: 'Bound' },
    { path: '/dev/nvme0n1', size: 2 ** 33, role: 'Root', state: 'InUse', reason: 'root disk' },
  ],
  hugepages: [{ numaNode: 0, size: '2Mi', total: 512, free: 500 }],
  conditions: [
    {
      type: CONDITIONS.Ready,
      status: 'True',
      reason: CONDITION_REASONS.VolumesPublished,
      message: '1 drives as Filesystem',
      lastTransitionTime: BORN,
    },
  ],
};

const event = (name: string, kind: string, message: string, lastTimestamp: string): CoreEvent => ({
  apiVersion: 'v1',
  kind: 'Event',
  metadata: { name, namespace: 'default' },
  involvedObject: { kind, name: 'n1' },
  reason: 'NVMeReady',
  message,
  type: 'Normal',
  lastTimestamp,
  source: { component: 'nvme-agent' },
});

describe('kubectl nvme describe node', () => {
  let clock: SteppedClock;
  let kube: FakeKube;
  const run = (...argv: string[]) => kubectlNVMe(['describe', 'node', ...argv], { kube, clock });

  beforeEach(() => {
    clock = new SteppedClock();
    kube = new FakeKube(clock);
    kube.add(nodes, node({ metadata: { name: 'n1', creationTimestamp: BORN } }));
    kube.add(nvmeNodes, nvmeNode({ status }));
    kube.add(
      persistentVolumes,
      persistentVolume({
        metadata: { name: 'pv-1' },
        spec: { capacity: { storage: '1Ti' }, claimRef: { namespace: 'default', name: 'data-0' } },
        status: { phase: 'Bound' },
      }),
    );
    kube.add(pods, pod());
  });

  it('tells everything about a node', async () => {
    kube.add(events, event('b', 'Node', 'drives are ready', '2025-12-31T23:59:00Z'));
    kube.add(events, event('a', 'Node', 'set-up started', '2025-12-31T23:58:00Z'));
    kube.add(events, event('c', 'Pod', 'of a pod called n1', '2025-12-31T23:58:00Z'));
    const { stdout, stderr, exitCode } = await run('n1');
    expect(stdout).toBe(
      [
        'Node:       n1',
        'Status:     Ready',
        'Problem:    <none>',
        'Layout:     Filesystem/ext4',
        'Profile:    fast',
        'Taints:     <none>',
        'Provider:   aws',
        'Capacity:   1Ti',
        'Agent:      0.1.0',
        'Age:        24h',
        '',
        'Drives:',
        '  PATH           MODEL    SIZE   NUMA     ROLE    STATE   REASON',
        '  /dev/nvme1n1   Fast     1Ti    1        Local   Bound   <none>',
        '  /dev/nvme0n1   <none>   8Gi    <none>   Root    InUse   root disk',
        '',
        'Plan:   plan-1, nothing to do',
        '',
        'Volumes:',
        '  NAME   STATE   CAPACITY   CLAIM            PODS   REASON',
        '  pv-1   Bound   1Ti        default/data-0   db-0   <none>',
        '',
        'Hugepages:',
        '  NUMA   SIZE   TOTAL   FREE',
        '  0      2Mi    512     500',
        '',
        'Conditions:',
        '  TYPE    STATUS   AGE   REASON             MESSAGE',
        '  Ready   True     24h   VolumesPublished   1 drives as Filesystem',
        '',
        'Events:',
        '  TYPE     REASON      AGE   FROM         MESSAGE',
        '  Normal   NVMeReady   2m    nvme-agent   set-up started',
        '  Normal   NVMeReady   60s   nvme-agent   drives are ready',
        '',
      ].join('\n'),
    );
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
  });

  it('shows the steps of a plan that is to be carried out, and what to do next', async () => {
    const waiting = {
      type: CONDITIONS.Ready,
      status: 'False' as const,
      reason: CONDITION_REASONS.WaitingForRequest,
      message: 'waiting',
      lastTransitionTime: BORN,
    };
    kube.change(nvmeNodes, 'n1', (object) => (object.status = { ...status, plan, conditions: [waiting] }));
    const { stdout } = await run('n1');
    expect(stdout).toContain(
      'Plan:   plan-1\n  1. make ext4 filesystem on /dev/nvme1n1\n  2. mount /dev/nvme1n1\n',
    );
    expect(stdout).toMatch(
      /\nNext: {3}look at the plan: kubectl nvme plan node n1\n {8}carry it out: kubectl nvme setup node n1\n$/,
    );
  });

  it('goes on without pods and events that the account may not read, and says so', async () => {
    kube.fail('list', 'pods', forbidden(pods, 'list'));
    kube.fail('list', 'events', forbidden(events, 'list'));
    const { stdout, stderr, exitCode } = await run('n1');
    expect(stdout).toMatch(/NAME {3}STATE {3}CAPACITY {3}CLAIM {12}REASON\n/);
    expect(stdout).not.toContain('Events:');
    expect(stderr).toMatch(/^Note: Events are not shown: .*\nNote: Pods are not shown: pods is forbidden/);
    expect(exitCode).toBe(0);
  });

  it('describes what it finds and fails for what it does not', async () => {
    const { stdout, stderr, exitCode } = await run('n1', 'n9');
    expect(stdout).toMatch(/^Node: {7}n1\n/);
    expect({ stderr, exitCode }).toEqual({
      stderr:
        'Error from server (NotFound): nodes "n9" not found\nSee which there are with: kubectl get nodes\n',
      exitCode: 1,
    });
  });

  it('asks for a node', async () => {
    expect((await run()).stderr).toMatch(/^error: NODE is required: kubectl nvme describe node NODE\n/);
  });
});

describe('what to do next', () => {
  const storage = (overrides: Partial<NodeStorage>): NodeStorage => ({
    apiVersion: '',
    kind: 'NodeStorage',
    metadata: { name: 'n1' },
    phase: 'Ready',
    drives: [],
    driveCounts: { local: 0, ready: 0, failed: 0 },
    volumes: [],
    volumeCounts: { total: 0, available: 0, bound: 0 },
    capacity: 0,
    taints: [],
    conditions: [],
    ...overrides,
  });

  it.each([
    ['Paused', 'end the pause: kubectl nvme taint n1'],
    ['Refused', 'see why each drive is left alone: kubectl nvme plan node n1'],
    ['Failed', 'see what the agent says: kubectl nvme logs n1'],
    ['Degraded', 'see what is wrong with its drives: kubectl nvme health n1'],
    ['Drifted', 'to change the layout, drain the node, then: kubectl nvme reset node n1'],
    ['NodeGone', 'see what becomes of its volumes: kubectl nvme list orphans --node n1'],
  ])('is said for a node that is %s', (phase, expected) => {
    expect(nextSteps(storage({ phase }))[0]).toBe(expected);
  });

  it('is nothing for a node that is well, and the way out for a taint that is stuck', () => {
    expect(nextSteps(storage({}))).toEqual([]);
    const taints = [{ key: STARTUP_TAINT_KEY, effect: 'NoSchedule' as const }];
    expect(nextSteps(storage({ taints }))).toContain(
      'take it off by hand, and keep it off: kubectl nvme taint n1 --remove',
    );
  });
});
