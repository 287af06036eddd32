import { beforeEach, describe, expect, it } from 'vitest';
import type { Drive } from '../../../../api/drive.ts';
import { selectorText } from '../../../../cmd/list/profiles.ts';
import { nodes, nvmeNodes, nvmeProfiles, persistentVolumes } from '../../../../kube/resources.ts';
import { node, nvmeNode, nvmeProfile, persistentVolume } from '../../../builders/objects.ts';
import { SteppedClock } from '../../../fakes/clock.ts';
import { forbidden } from '../../../fakes/kube-answers.ts';
import { FakeKube } from '../../../fakes/kube.ts';
import { kubectlNVMe } from '../../../fakes/program.ts';

const BORN = '2025-12-31T00:00:00Z';

const drives: Drive[] = [
  {
    path: '/dev/nvme1n1',
    model: 'Fast ',
    serial: 'S1',
    size: 2 ** 40,
    numaNode: 0,
    role: 'Local',
    state: 'Ours',
  },
  {
    path: '/dev/nvme2n1',
    size: 2 ** 39,
    role: 'Local',
    state: 'Foreign',
    reason: 'carries an xfs filesystem',
  },
];

describe('kubectl nvme list', () => {
  let clock: SteppedClock;
  let kube: FakeKube;
  const run = (...argv: string[]) => kubectlNVMe(['list', ...argv], { kube, clock });

  beforeEach(() => {
    clock = new SteppedClock();
    kube = new FakeKube(clock);
    for (const name of ['n1', 'n2']) {
      kube.add(nodes, node({ metadata: { name, labels: { disk: 'nvme', rack: name } } }));
      kube.add(nvmeNodes, nvmeNode({ metadata: { name }, status: { drives } }));
    }
  });

  describe('drives', () => {
    it('prints a line for each, with its reason', async () => {
      const { stdout, stderr, exitCode } = await run('drives', '--node', 'n1');
      expect(stdout).toBe(
        [
          'NODE   PATH           MODEL    SIZE    NUMA     ROLE    STATE     REASON',
          'n1     /dev/nvme1n1   Fast     1Ti     0        Local   Ours      <none>',
          'n1     /dev/nvme2n1   <none>   512Gi   <none>   Local   Foreign   carries an xfs filesystem',
          '',
        ].join('\n'),
      );
      expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
    });

    it('filters by node, by state and by the nodes’ labels', async () => {
      const names = async (...argv: string[]) =>
        (await run('drives', '-o', 'name', ...argv)).stdout.split('\n');
      expect(await names('--state', 'foreign')).toEqual(['drive/n1:nvme2n1', 'drive/n2:nvme2n1', '']);
      expect(await names('--state=Ours,Free', '--node=n1,n2')).toHaveLength(3);
      expect(await names('-l', 'rack=n2', '--state', 'Ours')).toEqual(['drive/n2:nvme1n1', '']);
    });

    it.each([
      [['--sort-by=.size', '-o', 'jsonpath={.items[*].path}', '--node', 'n1'], '/dev/nvme2n1 /dev/nvme1n1'],
      [['-o', 'custom-columns=D:.path', '--no-headers', '--node', 'n1'], '/dev/nvme1n1\n/dev/nvme2n1\n'],
    ])('prints %j', async (argv, expected) => {
      expect((await run('drives', ...argv)).stdout).toBe(expected);
    });

    it('adds serial, firmware and addresses with -o wide, and is a List as JSON', async () => {
      expect((await run('drives', '-o', 'wide')).stdout).toMatch(
        /STATE +SERIAL +FIRMWARE +PCI +BYID +REASON\n.* S1 /,
      );
      const { items } = JSON.parse((await run('drives', '-o', 'json')).stdout) as { items: object[] };
      expect(items).toHaveLength(4);
      expect(items[0]).toMatchObject({
        kind: 'NodeDrive',
        metadata: { name: 'n1:nvme1n1' },
        node: 'n1',
        size: 2 ** 40,
      });
    });

    it.each([
      [['n1'], 'error: extra arguments: [n1]; use --node for nodes'],
      [
        ['--state', 'Lost'],
        'error: unknown state "Lost", expected one of: Free, InUse, Foreign, Ours, Bound, Failed',
      ],
      [['--node', 'n1', '-l', 'a=b'], 'error: --node and --selector exclude each other'],
      [['--node', 'n9'], 'Error from server (NotFound): nodes "n9" not found'],
      [['-o', 'xml'], 'error: unable to match a printer suitable for the output format "xml"'],
    ])('refuses %j', async (argv, message) => {
      const { stderr, exitCode } = await run('drives', ...argv);
      expect(stderr).toContain(message);
      expect(exitCode).toBe(1);
    });

    it('says when there are none', async () => {
      expect(await run('drives', '--state', 'Failed')).toEqual({
        stdout: '',
        stderr: 'No resources found\n',
        exitCode: 0,
      });
    });
  });

  describe('volumes', () => {
    beforeEach(() => {
      const metadata = { name: 'pv-1', creationTimestamp: BORN };
      const claimRef = { namespace: 'db', name: 'data-0' };
      kube.add(
        persistentVolumes,
        persistentVolume({ metadata, spec: { claimRef }, status: { phase: 'Bound' } }),
      );
      kube.add(persistentVolumes, persistentVolume({ metadata: { ...metadata, name: 'pv-9' } }, 'n9'));
      const cleaning = {
        name: 'pv-2',
        state: 'Cleaning' as const,
        path: '/x',
        capacity: 2 ** 30,
        identity: 'i',
        reason: 'step 2',
      };
      kube.change(nvmeNodes, 'n2', (object) => (object.status = { volumes: [cleaning] }));
    });

    it('prints live ones, those that only an agent knows, and those whose node is gone', async () => {
      expect((await run('volumes')).stdout).toBe(
        [
          'NAME   NODE   STATE       CAPACITY   CLAIM       STORAGECLASS   AGE         REASON',
          'pv-1   n1     Bound       2Gi        db/data-0   nvme-ssd       24h         <none>',
          'pv-2   n2     Cleaning    1Gi        <none>      <none>         <unknown>   step 2',
          'pv-9   n9     Available   2Gi        <none>      nvme-ssd       24h         <none>',
          '',
        ].join('\n'),
      );
    });

    it('filters by node and state, and adds policy and path with -o wide', async () => {
      expect((await run('volumes', '--node', 'n1', '-o', 'name')).stdout).toBe('persistentvolume/pv-1\n');
      expect((await run('volumes', '--state', 'available', '-o', 'name')).stdout).toBe(
        'persistentvolume/pv-9\n',
      );
      expect((await run('volumes', '-o', 'wide', '--node', 'n1')).stdout).toMatch(
        / Delete +\/pv-disks\/.*\/data +<none>\n$/,
      );
    });

    it('shows what the agents reported when it may not list volumes', async () => {
      kube.fail('list', 'persistentvolumes', forbidden(persistentVolumes, 'list'));
      const { stdout, stderr } = await run('volumes', '-o', 'name');
      expect(stdout).toBe('persistentvolume/pv-2\n');
      expect(stderr).toMatch(/^Note: Volumes are shown as the agents last reported them/);
    });
  });

  describe('profiles', () => {
    beforeEach(() => {
      kube.add(
        nvmeProfiles,
        nvmeProfile({ metadata: { name: 'fast', creationTimestamp: BORN, labels: { team: 'a' } } }),
      );
      kube.add(
        nvmeProfiles,
        nvmeProfile({
          metadata: { name: 'special', creationTimestamp: BORN },
          spec: { nodeSelector: { matchLabels: { rack: 'n2' } }, priority: 10, layout: { type: 'LVM' } },
        }),
      );
    });

    it('prints each with its defaults and the nodes that it rules', async () => {
      expect((await run('profiles')).stdout).toBe(
        [
          'NAME      PRIORITY   SETUP       LAYOUT                  STORAGECLASS   NODES   AGE',
          'fast      0          Automatic   Filesystem/ext4         nvme-ssd       1       24h',
          'special   10         Automatic   LVM/instance-store-vg   nvme-ssd       1       24h',
          '',
        ].join('\n'),
      );
    });

    it('selects by the profiles’ labels and still counts by all of them', async () => {
      const { stdout } = await run('profiles', '-l', 'team=a', '-o', 'jsonpath={.items[*].nodes}');
      expect(stdout).toBe('1');
    });

    it('sorts, names and does without nodes', async () => {
      kube.fail('list', 'nodes', forbidden(nodes, 'list'));
      const { stdout, stderr } = await run('profiles', '--sort-by=.spec.priority', '-o', 'wide');
      expect(stdout).toMatch(/fast .*<unknown> .*disk=nvme\nspecial/);
      expect(stderr).toMatch(/^Note: Nodes are not counted: nodes is forbidden/);
      expect((await run('profiles', '-o', 'name')).stdout).toContain('nvmeprofile.kubectl-nvme.dev/fast\n');
    });

    it.each([
      [{}, '<all>'],
      [{ matchLabels: { a: 'b' }, matchExpressions: [{ key: 'c', operator: 'Exists' as const }] }, 'a=b,c'],
      [{ matchExpressions: [{ key: 'c', operator: 'NotIn' as const, values: ['x', 'y'] }] }, 'c notin (x,y)'],
      [{ matchExpressions: [{ key: 'c', operator: 'In' as const, values: ['x'] }] }, 'c in (x)'],
      [{ matchExpressions: [{ key: 'c', operator: 'DoesNotExist' as const }] }, '!c'],
    ])('writes the selector %j as kubectl takes it', (selector, text) => {
      expect(selectorText(selector)).toBe(text);
    });
  });
});
