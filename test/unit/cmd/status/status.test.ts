import { beforeEach, describe, expect, it } from 'vitest';
import { CONDITIONS, CONDITION_REASONS } from '../../../../api/reasons.ts';
import { LEGACY_TAINT_KEY, PAUSED, STARTUP_TAINT_KEY } from '../../../../api/keys.ts';
import type { NVMeNodeStatus } from '../../../../api/node.ts';
import { ApiError, TransportError } from '../../../../kube/errors.ts';
import { nodes, nvmeNodes, nvmeProfiles, persistentVolumes } from '../../../../kube/resources.ts';
import { node, nvmeNode, nvmeProfile, persistentVolume } from '../../../builders/objects.ts';
import { SteppedClock } from '../../../fakes/clock.ts';
import { forbidden } from '../../../fakes/kube-answers.ts';
import { FakeKube } from '../../../fakes/kube.ts';
import { kubectlNVMe } from '../../../fakes/program.ts';

const BORN = '2025-12-31T00:00:00Z';
const SINCE = '2025-12-31T23:55:00Z';

const ready: NVMeNodeStatus = {
  provider: 'aws',
  agentVersion: '0.1.0',
  layout: {
    type: 'RAID',
    raid: { level: 0, chunk: '512Ki', perNUMANode: false },
    filesystem: { type: 'xfs', mountOptions: [] },
  },
  drives: [
    {
      path: '/dev/nvme1n1',
      model: 'Amazon EC2 NVMe Instance Storage',
      size: 2 ** 40,
      numaNode: 0,
      role: 'Local',
      state: 'Ours',
    },
    {
      path: '/dev/nvme2n1',
      model: 'Amazon EC2 NVMe Instance Storage',
      size: 2 ** 40,
      numaNode: 1,
      health: { percentageUsed: 7 },
      role: 'Local',
      state: 'Ours',
    },
    {
      path: '/dev/nvme0n1',
      model: 'Amazon Elastic Block Store',
      size: 2 ** 33,
      role: 'Root',
      state: 'InUse',
      reason: 'root disk',
    },
  ],
  conditions: [
    {
      type: CONDITIONS.Ready,
      status: 'True',
      reason: CONDITION_REASONS.VolumesPublished,
      message: '1 volume',
      lastTransitionTime: BORN,
    },
  ],
};

const taint = (key: string) => ({ key, effect: 'NoSchedule' });

describe('kubectl nvme status', () => {
  let clock: SteppedClock;
  let kube: FakeKube;
  const status = (...argv: string[]) => kubectlNVMe(['status', ...argv], { kube, clock });

  beforeEach(() => {
    clock = new SteppedClock();
    kube = new FakeKube(clock);
  });

  function addReadyNode(name = 'n1'): void {
    kube.add(nodes, node({ metadata: { name, creationTimestamp: BORN } }));
    kube.add(nvmeNodes, nvmeNode({ metadata: { name }, status: ready }));
    kube.add(
      persistentVolumes,
      persistentVolume(
        {
          metadata: { name: `pv-${name}` },
          spec: { capacity: { storage: '2Ti' }, claimRef: { namespace: 'db', name: 'data-0' } },
          status: { phase: 'Bound' },
        },
        name,
      ),
    );
  }

  it('prints a ready node as kubectl would', async () => {
    addReadyNode();
    const { stdout, stderr, exitCode } = await status();
    expect(stdout).toBe(
      [
        'NAME   STATUS   DRIVES   LAYOUT      VOLUMES   BOUND   CAPACITY   TAINTED   AGE   PROBLEM',
        'n1     Ready    2/2      RAID0/xfs   1         1       2Ti        <none>    24h   <none>',
        '',
      ].join('\n'),
    );
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
  });

  it('adds profile, models and NUMA nodes with -o wide', async () => {
    addReadyNode();
    const [header = '', row = ''] = (await status('-o', 'wide')).stdout.split('\n');
    expect(header).toMatch(/AGE +PROFILE +PROVIDER +MODEL +NUMA +WEAR +AGENT +PROBLEM$/);
    expect(row).toMatch(/fast +aws +Amazon EC2 NVMe Instance Storage +0,1 +7% +0\.1\.0 +<none>$/);
  });

  it('shows the step while set-up works, and how long the taint has been there', async () => {
    kube.add(
      nodes,
      node({
        metadata: { name: 'n1', creationTimestamp: SINCE },
        spec: { taints: [taint(STARTUP_TAINT_KEY)] },
      }),
    );
    const progress = { step: 2, of: 5, name: 'make ext4 filesystem on /dev/nvme1n1' };
    kube.add(nvmeNodes, nvmeNode({ status: { ...ready, conditions: [], progress } }));
    const { stdout } = await status();
    expect(stdout).toContain('Setting up 2/5: make ext4 filesystem on /dev/nvme1n1');
    expect(stdout).toMatch(/ 5m +5m +<none>$/m);
  });

  it('shows the reason of a refusal', async () => {
    kube.add(nodes, node({ spec: { taints: [taint(LEGACY_TAINT_KEY)] } }));
    const message = '/dev/nvme1n1 carries an ext4 filesystem';
    const refusal = {
      type: CONDITIONS.Ready,
      status: 'False' as const,
      reason: CONDITION_REASONS.ExistingData,
      message,
      lastTransitionTime: BORN,
    };
    kube.add(nvmeNodes, nvmeNode({ status: { ...ready, conditions: [refusal] } }));
    expect((await status()).stdout).toMatch(/^n1 +Refused .*\/dev\/nvme1n1 carries an ext4 filesystem$/m);
  });

  it('lists only nodes that have to do with NVMe, but any node that is named', async () => {
    kube.add(nodes, node({ metadata: { name: 'plain' } }));
    kube.add(nodes, node({ metadata: { name: 'matched', labels: { disk: 'nvme' } } }));
    kube.add(nvmeProfiles, nvmeProfile());
    const all = await status('--no-headers');
    expect(all.stdout).toMatch(/^matched +NotEnrolled .*waiting to be enrolled in profile fast\n$/);
    expect((await status('plain', '--no-headers')).stdout).toMatch(
      /^plain +NotEnrolled .*no NVMeProfile matches/,
    );
  });

  it('tells a paused node, an unreported reboot and a taint that is stuck', async () => {
    kube.add(
      nodes,
      node({ metadata: { name: 'a', annotations: { [PAUSED]: '{"by":"eve","why":"disk swap"}' } } }),
    );
    kube.add(nodes, node({ metadata: { name: 'b' } }));
    kube.add(nodes, node({ metadata: { name: 'c' }, spec: { taints: [taint(STARTUP_TAINT_KEY)] } }));
    kube.add(nvmeNodes, nvmeNode({ metadata: { name: 'a' }, status: ready }));
    kube.add(
      nvmeNodes,
      nvmeNode({ metadata: { name: 'b' }, status: { ...ready, bootID: 'an earlier boot' } }),
    );
    kube.add(nvmeNodes, nvmeNode({ metadata: { name: 'c' }, status: ready }));
    const { stdout } = await status();
    expect(stdout).toMatch(/^a +Paused .*paused by eve: disk swap$/m);
    expect(stdout).toMatch(/^b +WaitingForAgent .*no agent has reported since the node started$/m);
    expect(stdout).toMatch(/^c +Ready .*the taint is still on$/m);
  });

  it('says "No resources found" and succeeds on an empty cluster', async () => {
    expect(await status()).toEqual({ stdout: '', stderr: 'No resources found\n', exitCode: 0 });
    expect(JSON.parse((await status('-o', 'json')).stdout)).toMatchObject({ kind: 'List', items: [] });
  });

  it('prints what it found and fails for what it did not', async () => {
    addReadyNode();
    const { stdout, stderr, exitCode } = await status('n1', 'x');
    expect(stdout).toMatch(/^n1 +Ready/m);
    expect({ stderr, exitCode }).toEqual({
      stderr:
        'Error from server (NotFound): nodes "x" not found\nSee which there are with: kubectl get nodes\n',
      exitCode: 1,
    });
  });

  it('prints one node bare and several as a List, alike every time', async () => {
    addReadyNode('n1');
    addReadyNode('n2');
    expect(JSON.parse((await status('n1', '-o', 'json')).stdout)).toMatchObject({
      kind: 'NodeStorage',
      metadata: { name: 'n1' },
      phase: 'Ready',
    });
    const first = await status('-o', 'json');
    expect(JSON.parse(first.stdout)).toMatchObject({
      kind: 'List',
      items: [{ metadata: { name: 'n1' } }, { metadata: { name: 'n2' } }],
    });
    expect(await status('-o', 'json')).toEqual(first);
  });

  it('prints names that kubectl takes', async () => {
    addReadyNode();
    expect((await status('-o', 'name')).stdout).toBe('node/n1\n');
    expect((await status('node/n1', '-o', 'jsonpath={.capacity}')).stdout).toBe(String(2 ** 41));
  });

  it('selects by the labels of the nodes', async () => {
    addReadyNode('n1');
    addReadyNode('n2');
    kube.change(nodes, 'n2', ({ metadata }) => (metadata ? (metadata.labels = { rack: 'b' }) : undefined));
    expect((await status('-l', 'rack=b', '-o', 'name')).stdout).toBe('node/n2\n');
  });

  it('sorts by any field', async () => {
    addReadyNode('n1');
    addReadyNode('n2');
    kube.change(persistentVolumes, 'pv-n2', ({ spec }) =>
      spec ? (spec.capacity = { storage: '1Ti' }) : undefined,
    );
    expect((await status('--sort-by=.capacity', '-o', 'name')).stdout).toBe('node/n2\nnode/n1\n');
  });

  it('makes do with the agents’ reports when it may not list volumes', async () => {
    addReadyNode();
    kube.fail('list', 'persistentvolumes', forbidden(persistentVolumes, 'list'));
    const { stdout, stderr, exitCode } = await status();
    expect(stdout).toMatch(/^n1 +Ready +2\/2 +RAID0\/xfs +0/m);
    expect(stderr).toMatch(
      /^Note: Volumes are shown as the agents last reported them: persistentvolumes is forbidden/,
    );
    expect(exitCode).toBe(0);
  });

  it('names the missing permission when it cannot do without', async () => {
    kube.fail('list', 'nodes', forbidden(nodes, 'list'));
    const { stderr, exitCode } = await status();
    expect(stderr).toBe(
      'Error from server (Forbidden): nodes is forbidden: User "fake" cannot list resource "nodes" in API group "" at the cluster scope\n' +
        'Missing permission: list nodes. Check with: kubectl auth can-i list nodes\n',
    );
    expect(exitCode).toBe(1);
  });

  it('says how to install what the cluster does not have', async () => {
    kube.fail('list', 'nvmenodes', new ApiError(404, { code: 404, message: '404 page not found' }, 'GET'));
    const { stderr, exitCode } = await status();
    expect(stderr).toMatch(/kubectl-nvme is not installed there\nInstall it with: kubectl nvme install\n$/);
    expect(exitCode).toBe(1);
  });

  it('repeats kubectl’s words when the server refuses the connection', async () => {
    const cause = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
    kube.fail('*', '*', new TransportError('refused', 'GET', { cause }), 10);
    expect(await status()).toEqual({
      stdout: '',
      stderr:
        'The connection to the server cluster.example:6443 was refused - did you specify the right host or port?\n',
      exitCode: 1,
    });
  });

  it('refuses a selector beside names', async () => {
    expect((await status('n1', '-l', 'a=b')).stderr).toMatch(
      /^error: selectors and the all flag cannot be used/,
    );
  });
});
