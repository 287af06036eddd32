import { beforeEach, describe, expect, it } from 'vitest';
import { isTied } from '../../../../cmd/drain-check/tied-volumes.ts';
import {
  nodes,
  nvmeNodes,
  persistentVolumes,
  pods,
  type PersistentVolume,
} from '../../../../kube/resources.ts';
import { node, nvmeNode, persistentVolume, pod } from '../../../builders/objects.ts';
import { SteppedClock } from '../../../fakes/clock.ts';
import { forbidden } from '../../../fakes/kube-answers.ts';
import { FakeKube } from '../../../fakes/kube.ts';
import { kubectlNVMe } from '../../../fakes/program.ts';

const claimRef = { namespace: 'default', name: 'data-0', uid: 'claim-1' };

describe('kubectl nvme drain-check', () => {
  let clock: SteppedClock;
  let kube: FakeKube;
  const run = (...argv: string[]) => kubectlNVMe(['drain-check', ...argv], { kube, clock });

  beforeEach(() => {
    clock = new SteppedClock();
    kube = new FakeKube(clock);
    for (const name of ['n1', 'n2']) kube.add(nodes, node({ metadata: { name, labels: { pool: 'old' } } }));
  });

  function addVolume(name: string, spec: object, phase = 'Bound', nodeName = 'n1'): void {
    kube.add(persistentVolumes, persistentVolume({ metadata: { name }, spec, status: { phase } }, nodeName));
  }

  it('shows the claims and pods that lose data, and exits with 1', async () => {
    addVolume('pv-1', { claimRef });
    kube.add(pods, pod());
    kube.add(pods, pod({ metadata: { name: 'db-1', namespace: 'default' }, status: { phase: 'Pending' } }));
    kube.add(pods, pod({ metadata: { name: 'old', namespace: 'default' }, status: { phase: 'Succeeded' } }));
    const { stdout, stderr, exitCode } = await run('n1');
    expect(stdout).toBe(
      [
        'NODE   VOLUME   CLAIM            PODS                        CAPACITY   STORAGECLASS   REASON',
        'n1     pv-1     default/data-0   default/db-0,default/db-1   2Gi        nvme-ssd       bound to the claim',
        '',
      ].join('\n'),
    );
    expect(stderr).toBe('error: node n1 must not go: 1 volume with data, used by 2 pods\n');
    expect(exitCode).toBe(1);
  });

  it('lets a node go whose volumes hold nothing that anyone claims', async () => {
    addVolume('pv-1', {}, 'Available');
    addVolume('pv-2', { claimRef, persistentVolumeReclaimPolicy: 'Delete' }, 'Released');
    addVolume('pv-3', { claimRef }, 'Bound', 'n2');
    expect(await run('n1')).toEqual({
      exitCode: 0,
      stdout: '',
      stderr: 'node/n1 can go: no claim or pod would lose data\n',
    });
  });

  it('counts data that is kept by Retain, and data without a volume', async () => {
    addVolume('pv-1', { claimRef, persistentVolumeReclaimPolicy: 'Retain' }, 'Released');
    const unclaimed = {
      name: 'nvme-n1-a',
      state: 'Unclaimed' as const,
      path: '/x',
      capacity: 2 ** 30,
      identity: 'a',
    };
    kube.add(nvmeNodes, nvmeNode({ status: { volumes: [unclaimed] } }));
    const { stdout, exitCode } = await run('n1', '--no-headers');
    expect(stdout).toMatch(/^n1 +nvme-n1-a +<none> +<none> +1Gi +<none> +data without a PersistentVolume$/m);
    expect(stdout).toMatch(/^n1 +pv-1 +default\/data-0 .*kept by its reclaim policy Retain$/m);
    expect(exitCode).toBe(1);
  });

  it('checks several nodes, and prints a List', async () => {
    addVolume('pv-2', { claimRef }, 'Bound', 'n2');
    const { stdout, stderr, exitCode } = await run('-l', 'pool=old', '-o', 'json');
    expect(JSON.parse(stdout)).toMatchObject({
      kind: 'List',
      items: [{ kind: 'DataLoss', metadata: { name: 'pv-2' }, node: 'n2', capacity: 2 ** 31 }],
    });
    expect(stderr).toBe('error: node n2 must not go: 1 volume with data, used by 0 pods\n');
    expect(exitCode).toBe(1);
    expect((await run('-l', 'pool=old', '-o', 'name')).stdout).toBe('persistentvolume/pv-2\n');
  });

  it('goes on without the pods, and says so', async () => {
    addVolume('pv-1', { claimRef });
    kube.fail('list', 'pods', forbidden(pods, 'list'));
    const { stderr, exitCode } = await run('n1');
    expect(stderr).toMatch(/^Note: Pods are not looked at: pods is forbidden/);
    expect(exitCode).toBe(1);
  });

  it('fails when it may not read volumes: nobody can say that nothing is lost', async () => {
    kube.fail('list', 'persistentvolumes', forbidden(persistentVolumes, 'list'));
    const { stderr, exitCode } = await run('n1');
    expect(stderr).toMatch(/^Error from server \(Forbidden\): persistentvolumes is forbidden/);
    expect(stderr).not.toContain('can go');
    expect(exitCode).toBe(1);
  });

  it.each([
    [[], 'error: NODE is required: kubectl nvme drain-check NODE'],
    [['n9'], 'Error from server (NotFound): nodes "n9" not found'],
  ])('refuses %j', async (argv, message) => {
    const { stderr, exitCode } = await run(...argv);
    expect(stderr).toContain(message);
    expect(exitCode).toBe(1);
  });
});

describe('a volume is tied to nodes', () => {
  const volume = (...terms: object[]): PersistentVolume =>
    persistentVolume({ spec: { nodeAffinity: { required: { nodeSelectorTerms: terms } } } });
  const expression = (key: string, operator: string, values: string[]) => ({
    matchExpressions: [{ key, operator, values }],
  });

  it.each([
    ['a CSI driver names it', volume(expression('topology.topolvm.io/node', 'In', ['n1'])), true],
    ['it is one of those that go', volume(expression('host', 'In', ['n1', 'n2'])), true],
    [
      'each alternative names one',
      volume(expression('host', 'In', ['n1']), expression('host', 'In', ['n2'])),
      true,
    ],
    [
      'a field names it',
      volume({ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['n1'] }] }),
      true,
    ],
  ])('when %s', (_, one, tied) => {
    expect(isTied(one, new Set(['n1', 'n2']))).toBe(tied);
  });

  it.each([
    ['another node has it too', volume(expression('host', 'In', ['n1', 'n3']))],
    [
      'one alternative is elsewhere',
      volume(expression('host', 'In', ['n1']), expression('host', 'In', ['n3'])),
    ],
    ['it is only kept out of places', volume(expression('zone', 'NotIn', ['n1']))],
    ['it has no affinity', { metadata: { name: 'pv-1' }, spec: {} }],
  ])('but not when %s', (_, one) => {
    expect(isTied(one, new Set(['n1', 'n2']))).toBe(false);
  });
});
