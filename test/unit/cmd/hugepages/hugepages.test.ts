import { beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { Drive } from '../../../../api/drive.ts';
import { SPDK_KEEP_CURRENT } from '../../../../api/keys.ts';
import { ApiError } from '../../../../kube/errors.ts';
import { deployments, nodes, nvmeNodes, pods, roleBindings, type Pod } from '../../../../kube/resources.ts';
import { node, nvmeNode } from '../../../builders/objects.ts';
import { letIn } from '../../../builders/spdk-deployment.ts';
import { SteppedClock } from '../../../fakes/clock.ts';
import { forbidden } from '../../../fakes/kube-answers.ts';
import { FakeKube } from '../../../fakes/kube.ts';
import { kubectlNVMe } from '../../../fakes/program.ts';

const ADDRESS = '0000:01:00.0';
const handed: Drive = { path: ADDRESS, pciAddress: ADDRESS, size: 1, role: 'Local', state: 'Ours' };
const quantities = { 'hugepages-2Mi': '256Mi' };

const asking = (name: string, mebibytes: number, labels = {}): Pod => ({
  metadata: { name, namespace: 'default', labels },
  spec: {
    nodeName: 'n1',
    containers: [{ name: 'c', resources: { requests: { 'hugepages-2Mi': `${mebibytes}Mi` } } }],
  },
});

let kube: FakeKube;
const run = (...argv: string[]) => kubectlNVMe(argv, { kube, clock: new SteppedClock() });

beforeEach(() => {
  kube = new FakeKube();
  const pages = { numaNode: 0, size: '2Mi', total: 64 };
  kube.add(
    nodes,
    node({ metadata: { name: 'n1' }, status: { capacity: quantities, allocatable: quantities } }),
  );
  const hugepages = [
    { ...pages, free: 60 },
    { ...pages, numaNode: 1, free: 64 },
  ];
  kube.add(nvmeNodes, nvmeNode({ metadata: { name: 'n1' }, status: { drives: [handed], hugepages } }));
});

describe('kubectl nvme hugepages', () => {
  it('prints what a new pod would get, by NUMA node', async () => {
    const { stdout, exitCode } = await run('hugepages', 'n1');
    expect(stdout).toBe(
      [
        'NODE   NUMA   SIZE   TOTAL   FREE   MEMORY   PROBLEM',
        'n1     0      2Mi    64      60     120Mi    <none>',
        'n1     1      2Mi    64      64     128Mi    <none>',
        '',
      ].join('\n'),
    );
    expect(exitCode).toBe(0);
  });

  it('takes off what pods have asked for since the agent looked', async () => {
    kube.add(pods, asking('new', 100));
    const { stdout } = await run('hugepages', '-o', 'jsonpath={.items[*].free}');
    expect(stdout).toBe('60 18');
  });

  it('says when the kubelet must be restarted', async () => {
    kube.add(nodes, node({ metadata: { name: 'n1' }, status: { capacity: { 'hugepages-2Mi': '2Mi' } } }));
    const { stdout } = await run('hugepages', 'n1');
    expect(stdout).toContain('the kubelet counted 1 of 128 when it started: restart it');
  });

  it('says what it cannot know without the right to list pods', async () => {
    kube.fail('list', 'pods', forbidden(pods, 'list'));
    const { stdout, stderr } = await run('hugepages', 'n1');
    expect(stdout).toContain('<unknown>');
    expect(stderr).toMatch(/^Note: What is free is not known: .*pods/);
  });

  it('finds nothing where no node has any', async () => {
    kube.add(nvmeNodes, nvmeNode({ metadata: { name: 'n1' } }));
    expect(await run('hugepages')).toEqual({ stdout: '', stderr: 'No resources found\n', exitCode: 0 });
  });

  it('says that a node is not there', async () => {
    const { stderr, exitCode } = await run('hugepages', 'n9');
    expect([stderr, exitCode]).toEqual([
      'Error from server (NotFound): nodes "n9" not found\nSee which there are with: kubectl get nodes\n',
      1,
    ]);
  });
});

interface Rendered {
  metadata: { name: string };
  spec: {
    template: {
      spec: {
        containers: { args: string[]; resources: Record<'requests' | 'limits', Record<string, string>> }[];
      };
    };
  };
}

describe('kubectl nvme spdk', () => {
  const flags = ['--node', 'n1', '--image', 'spdk:1'];
  const render = async (...more: string[]): Promise<Rendered> =>
    parse((await run('spdk', 'render', ...flags, ...more)).stdout) as Rendered;
  const amounts = ({ spec }: Rendered) => {
    const [container] = spec.template.spec.containers;
    const resource = (kind: 'requests' | 'limits') => container?.resources[kind]['hugepages-2Mi'];
    return { limits: resource('limits'), requests: resource('requests'), args: container?.args };
  };

  it('renders limits, requests and -s for what is free, and only the controllers that are SPDK’s', async () => {
    expect(amounts(await render())).toEqual({
      limits: '248Mi',
      requests: '248Mi',
      args: ['-m', '0x1', '-s', '248', '-A', ADDRESS],
    });
  });

  it('counts what its own earlier pod has as free', async () => {
    kube.add(pods, asking('other', 56));
    kube.add(pods, asking('spdk-n1-abc', 40, { 'app.kubernetes.io/name': 'spdk-n1' }));
    expect(amounts(await render()).limits).toBe('200Mi');
  });

  it('applies the same, and again without a change', async () => {
    expect(await run('spdk', 'apply', ...flags)).toMatchObject({
      stdout: 'deployment.apps/spdk-n1 serverside-applied\n',
      exitCode: 0,
    });
    const applied = (await kube.get(deployments, 'spdk-n1', { namespace: 'default' })) as unknown as Rendered;
    expect(applied.spec).toEqual((await render()).spec);
  });

  it('lets the controller follow only when told to, and says what it needs for that', async () => {
    await run('spdk', 'apply', ...flags);
    const kept = () =>
      kube.peek(deployments, 'spdk-n1', 'default')?.metadata?.annotations?.[SPDK_KEEP_CURRENT];
    expect(kept()).toBeUndefined();
    const { stdout, stderr } = await run('spdk', 'apply', ...flags, '--keep-current');
    expect(kept()).toBe('true');
    expect(stdout).toBe('deployment.apps/spdk-n1 serverside-applied\n');
    expect(stderr).toBe(
      'Note: The controller may not change it yet. Someone who may bind roles runs:\n' +
        '  kubectl create rolebinding kubectl-nvme-spdk -n default --clusterrole=kubectl-nvme-spdk ' +
        '--serviceaccount=kubectl-nvme:nvme-webhook\n',
    );
    kube.add(roleBindings, letIn('default', 'somebody-else'));
    expect((await run('spdk', 'apply', ...flags, '--keep-current')).stderr).toMatch(
      /does not name the controller/,
    );
    kube.add(roleBindings, letIn('default'));
    expect((await run('spdk', 'apply', ...flags, '--keep-current')).stderr).toBe('');
    kube.fail('get', 'rolebindings', forbidden(roleBindings, 'get', 'kubectl-nvme-spdk'));
    expect(await run('spdk', 'apply', ...flags, '--keep-current')).toMatchObject({
      stderr: expect.stringMatching(/^Note: If the controller is not let in/) as string,
      exitCode: 0,
    });
  });

  it('takes back what the controller has set meanwhile, and nobody else’s', async () => {
    const refuse = (...managers: string[]) => {
      const causes = managers.map((manager) => ({
        reason: 'FieldManagerConflict',
        message: `conflict with "${manager}" using apps/v1 at 2026-01-01T00:00:00Z`,
      }));
      const status = { code: 409, reason: 'Conflict', message: 'Apply failed', details: { causes } };
      kube.fail('patch', 'deployments', new ApiError(409, status, 'PATCH'));
    };
    const forced = () => kube.calls.filter(({ body }) => (body as { force?: boolean } | undefined)?.force);
    refuse('kubectl-nvme-spdk', 'kubectl-edit');
    expect(await run('spdk', 'apply', ...flags)).toMatchObject({ exitCode: 1 });
    expect(forced()).toEqual([]);
    refuse('kubectl-nvme-spdk');
    expect(await run('spdk', 'apply', ...flags)).toMatchObject({ exitCode: 0 });
    expect(forced()).toHaveLength(1);
  });

  it('changes nothing in a dry run', async () => {
    const { stdout } = await run('spdk', 'apply', ...flags, '--dry-run=client');
    expect(stdout).toBe('deployment.apps/spdk-n1 serverside-applied (dry run)\n');
    expect(kube.objects(deployments)).toEqual([]);
  });

  it.each([
    ['no node', ['--image', 'x'], /--node is required/],
    ['no image', ['--node', 'n1'], /--image is required/],
    [
      'a size that is none',
      [...flags, '--hugepage-size', '4Mi'],
      /unknown hugepage size "4Mi", expected one of: 2Mi, 1Gi/,
    ],
    ['a node that is not there', ['--node', 'n9', '--image', 'x'], /nodes "n9" not found/],
    ['a size that the node has not', [...flags, '--hugepage-size', '1Gi'], /has no free hugepages of 1Gi/],
  ])('refuses %s', async (_, args, message) => {
    const { stderr, exitCode } = await run('spdk', 'render', ...args);
    expect(stderr).toMatch(message);
    expect(exitCode).toBe(1);
  });

  it('refuses a node without drives of SPDK’s, and says how to get there', async () => {
    kube.add(nvmeNodes, nvmeNode({ metadata: { name: 'n1' } }));
    const { stderr } = await run('spdk', 'render', ...flags);
    expect(stderr).toMatch(/has no drives that are SPDK’s[\s\S]*setup node n1 --layout spdk/);
  });
});
