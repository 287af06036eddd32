import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { INSTALLATION } from '../../../../api/keys.ts';
import {
  AGENT_NAME,
  AGENT_NAMESPACE,
  HOME_NAMESPACE,
  PART_OF,
  PART_OF_LABEL,
  WEBHOOK_NAME,
} from '../../../../api/parts.ts';
import {
  csiDrivers,
  daemonSets,
  deployments,
  mutatingWebhooks,
  namespaces,
  nodes,
  nvmeProfiles,
  pods,
} from '../../../../kube/resources.ts';
import { manifestBundle } from '../../../../scripts/manifests/bundle.ts';
import { node, pod } from '../../../builders/objects.ts';
import { conflict } from '../../../fakes/kube-answers.ts';
import { InstallBench } from './install-bench.ts';

/** One line and one document for each. */
const baseObjects = manifestBundle(join(import.meta.dirname, '..', '..', '..', '..', 'manifests')).base
  .length;

const webhookOf = (bench: InstallBench) => bench.kube.peek(deployments, WEBHOOK_NAME, HOME_NAMESPACE);
const containerOf = (bench: InstallBench) => webhookOf(bench)?.spec?.template.spec?.containers[0];

describe('kubectl nvme install', () => {
  it('applies namespaces and CRDs, then rules, then programs, and says so line by line', async () => {
    const bench = new InstallBench();
    const { exitCode, stdout, stderr } = await bench.run('install');
    expect({ exitCode, stderr }).toEqual({
      exitCode: 0,
      stderr: 'Note: the cluster has no node yet; nvme-webhook and nvme-agent start with the first\n',
    });
    const lines = stdout.trimEnd().split('\n');
    expect(lines).toHaveLength(baseObjects);
    expect(lines.every((line) => line.endsWith(' serverside-applied'))).toBe(true);
    const at = (name: string) => lines.findIndex((line) => line.startsWith(`${name} `));
    const order = [
      'customresourcedefinition.apiextensions.k8s.io/nvmenodes.kubectl-nvme.dev',
      'validatingadmissionpolicybinding.admissionregistration.k8s.io/kubectl-nvme-agent-node',
      'daemonset.apps/nvme-agent',
    ].map(at);
    expect(order.every((position) => position >= 0)).toBe(true);
    expect(order).toEqual([...order].sort((a, b) => a - b));
    expect(bench.kube.calls.filter(({ verb }) => verb === 'patch')).toEqual(
      Array(baseObjects).fill(
        expect.objectContaining({ body: expect.objectContaining({ type: 'apply', force: false }) as object }),
      ),
    );
  });

  it('waits for the webhook and the agents, saying what is missing', async () => {
    const bench = new InstallBench();
    bench.kube.add(nodes, node());
    bench.kube.before('watch', 'deployments', () => bench.webhookReplicas(1));
    bench.kube.before('watch', 'daemonsets', () => bench.agentRuns());
    const running = bench.run('install');
    await bench.clock.advance(100);
    bench.webhookReplicas(2);
    const { exitCode, stdout, stderr } = await running;
    expect(stderr).toContain(
      'Waiting for deployment "nvme-webhook": 1 of 2 updated replicas are available\n',
    );
    expect(stdout.split('\n').slice(-3)).toEqual([
      'deployment "nvme-webhook" successfully rolled out',
      'daemon set "nvme-agent" successfully rolled out',
      '',
    ]);
    expect(exitCode).toBe(0);
  });

  it('ends after --timeout with the scheduler’s reason', async () => {
    const bench = new InstallBench();
    bench.kube.add(nodes, node());
    bench.kube.add(pods, {
      ...pod({
        metadata: {
          name: 'w',
          namespace: HOME_NAMESPACE,
          labels: { 'app.kubernetes.io/name': WEBHOOK_NAME },
        },
      }),
      status: {
        phase: 'Pending',
        conditions: [
          { type: 'PodScheduled', status: 'False', message: '0/1 nodes are available: 1 cordoned' },
        ],
      },
    });
    expect(await bench.runToEnd('install', '--timeout', '30s')).toMatchObject({
      exitCode: 1,
      stderr: expect.stringMatching(
        /error: timed out waiting for deployment "nvme-webhook": .*: 0\/1 nodes are available: 1 cordoned\n.*kubectl nvme doctor\n$/,
      ) as string,
    });
  });

  it('keeps what was chosen before, in an upgrade and in a second install', async () => {
    const bench = new InstallBench();
    await bench.run(
      'install',
      '--registry',
      'mirror.example:5000/x',
      '--image-pull-secret',
      'pull',
      '--admission',
      'none',
    );
    await bench.run('upgrade');
    await bench.run('install', '--image-pull-secret', 'other');
    expect(containerOf(bench)).toMatchObject({
      image: expect.stringMatching(/^mirror\.example:5000\/x\/kubectl-nvme\/kubectl-nvme:/) as string,
      args: ['--no-admission'],
    });
    const agent = bench.kube.peek(daemonSets, AGENT_NAME, AGENT_NAMESPACE);
    expect(agent?.spec?.template.spec).toMatchObject({ imagePullSecrets: [{ name: 'other' }] });
    expect(agent?.spec?.template.spec?.containers[0]).not.toHaveProperty('args');
    const record = bench.kube.peek(namespaces, HOME_NAMESPACE)?.metadata?.annotations?.[INSTALLATION];
    expect(JSON.parse(record ?? '')).toMatchObject({ options: { admission: 'none' } });
  });

  it('tells the agent of a kubelet’s root that it would not find, also after an upgrade', async () => {
    const bench = new InstallBench();
    await bench.run('install', '--kubelet-root', '/data/kubelet/');
    await bench.run('upgrade');
    const agent = bench.kube.peek(daemonSets, AGENT_NAME, AGENT_NAMESPACE);
    const { env = [] } = agent?.spec?.template.spec?.containers[0] ?? {};
    expect(env.map(({ name }) => name)).toEqual(['NODE_NAME', 'KUBELET_ROOT']);
    expect(env[1]).toEqual({ name: 'KUBELET_ROOT', value: '/data/kubelet' });
  });

  it('takes the webhook’s registration out when admission is no longer wanted, but nobody else’s', async () => {
    const bench = new InstallBench();
    bench.kube.add(mutatingWebhooks, { metadata: { name: PART_OF, labels: { [PART_OF_LABEL]: PART_OF } } });
    expect((await bench.run('install')).stdout).not.toContain('deleted');
    expect((await bench.run('install', '--admission', 'none')).stdout).toContain(
      'mutatingwebhookconfiguration.admissionregistration.k8s.io "kubectl-nvme" deleted\n',
    );
    bench.kube.add(mutatingWebhooks, { metadata: { name: PART_OF } });
    const { stderr } = await bench.run('install');
    expect(stderr).toMatch(/mutatingwebhookconfiguration.*\/kubectl-nvme is left: it has no label/);
    expect(bench.kube.objects(mutatingWebhooks)).toHaveLength(1);
    expect(bench.kube.objects(csiDrivers)).toHaveLength(1);
  });

  it('has the API server taint new nodes where it can, and refuses where it cannot', async () => {
    const bench = new InstallBench();
    const { stdout } = await bench.run('install', '--admission', 'policy');
    expect(stdout).toContain(
      'mutatingadmissionpolicybinding.admissionregistration.k8s.io/kubectl-nvme-taint serverside-applied\n',
    );
    expect(stdout).not.toContain('service/nvme-webhook');
    expect(containerOf(bench)?.args).toEqual(['--no-admission']);
    const back = await bench.run('install', '--admission', 'webhook');
    expect(back.stdout).toContain(
      'mutatingadmissionpolicy.admissionregistration.k8s.io "kubectl-nvme-taint" deleted\n',
    );
    const old = new InstallBench();
    old.kube.paths.set('/version', '{"gitVersion":"v1.35.2"}');
    const refused = await old.run('install', '--admission', 'policy');
    expect(refused.stderr).toContain('needs Kubernetes 1.36 or newer, the API server is v1.35.2');
    expect({ exitCode: refused.exitCode, writes: old.kube.writes }).toEqual({ exitCode: 1, writes: [] });
  });

  it('leaves the CSIDriver out, and takes it out again, for autoscalers that bind late', async () => {
    const bench = new InstallBench();
    await bench.run('install');
    const { stdout } = await bench.run('install', '--autoscaling', 'late-binding', '--admission', 'policy');
    expect(stdout).toContain('csidriver.storage.k8s.io "local.kubectl-nvme.dev" deleted\n');
    expect(bench.kube.objects(csiDrivers)).toEqual([]);
  });

  it('installs a profile that comes along, for the nodes that are named', async () => {
    const bench = new InstallBench();
    const argv = ['--profile', 'raid0', '--node-selector', 'disk=nvme', '--provider', 'gcp'];
    const { stderr } = await bench.run('install', ...argv);
    expect(stderr).toContain(
      'Note: No node matches the profile raid0 yet; mark one with: kubectl label node NODE disk=nvme\n',
    );
    expect(bench.kube.peek(nvmeProfiles, 'raid0')?.spec).toMatchObject({
      provider: 'gcp',
      nodeSelector: { matchLabels: { disk: 'nvme' } },
      layout: { type: 'RAID' },
    });
    bench.kube.add(nodes, node({ metadata: { name: 'n1', labels: { disk: 'nvme' } } }));
    expect((await bench.run('install', ...argv, '--wait=false')).stderr).not.toContain('No node matches');
  });

  it('does not overwrite what somebody else manages, and says how to', async () => {
    const bench = new InstallBench();
    const says = 'Apply failed with 1 conflict: conflict with "kubectl-edit" using apps/v1: .spec.replicas';
    bench.kube.fail('patch', 'deployments', conflict(deployments, WEBHOOK_NAME, says));
    const { exitCode, stdout, stderr } = await bench.run('install');
    expect(stderr).toContain('error: deployment.apps/nvme-webhook was changed by somebody else: ');
    expect(stderr).toContain('--force-conflicts');
    expect(stdout).toContain('daemonset.apps/nvme-agent serverside-applied\n');
    expect(exitCode).toBe(1);
    await bench.run('install', '--force-conflicts');
    expect(bench.kube.writes.at(-1)).toMatchObject({ body: { force: true } });
  });

  it('prints the manifests without a cluster', async () => {
    const { kube, clock } = new InstallBench();
    const { kubectlNVMe } = await import('../../../fakes/program.ts');
    const json = await kubectlNVMe(['install', '-o', 'json', '--profile', 'raid0'], { kube, clock });
    const { items } = JSON.parse(json.stdout) as { items: { kind: string }[] };
    expect(items.at(-1)?.kind).toBe('NVMeProfile');
    const yaml = await kubectlNVMe(['install', '-o', 'yaml'], { kube, clock });
    expect(yaml.stdout.split('\n---\n')).toHaveLength(baseObjects);
    expect(kube.calls).toEqual([]);
  });

  it.each([
    [
      ['--admission', 'yes'],
      'invalid argument "yes" for "--admission" flag: expected one of webhook, policy, none',
    ],
    [
      ['--image', 'https://x/y'],
      'invalid argument "https://x/y" for "--image" flag: expected an image such as',
    ],
    [['--provider', 'aws'], '--provider and --node-selector are about a profile: name one with --profile'],
    [['--profile', 'x', '--node-selector', 'a'], 'expected KEY=VALUE[,KEY=VALUE…]'],
    [
      ['--kubelet-root', 'data'],
      'invalid argument "data" for "--kubelet-root" flag: expected the absolute path',
    ],
    [['--kubelet-root', '/a/../b'], 'invalid argument "/a/../b" for "--kubelet-root" flag'],
    [['--timeout', 'soon'], 'invalid argument "soon" for "--timeout" flag'],
    [['--profile', 'raid9'], 'no profile "raid9": expected one of filesystem-per-drive, lvm-for-csi, raid0'],
    [['--profile', import.meta.filename], 'expected one NVMeProfile as YAML or JSON'],
    [['--profile', 'package.json'], 'expected one NVMeProfile of kubectl-nvme.dev/v1alpha1 with a name'],
    [['now'], 'unexpected arguments: now'],
  ])('refuses %j and changes nothing', async (argv, message) => {
    const bench = new InstallBench();
    const { exitCode, stderr } = await bench.run('install', ...argv);
    expect(stderr).toContain(message);
    expect({ exitCode, writes: bench.kube.writes }).toEqual({ exitCode: 1, writes: [] });
  });
});

describe('kubectl nvme upgrade', () => {
  it('says how to install when nothing is installed', async () => {
    const bench = new InstallBench();
    expect(await bench.run('upgrade')).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: 'error: kubectl-nvme is not installed in this cluster\nInstall it with: kubectl nvme install\n',
    });
  });

  it('does not guess when the installation’s own record is damaged', async () => {
    const bench = new InstallBench();
    await bench.run('install');
    bench.kube.change(namespaces, HOME_NAMESPACE, (object) => {
      object.metadata = { ...object.metadata, annotations: { [INSTALLATION]: 'not json' } };
    });
    const { exitCode, stderr } = await bench.run('upgrade');
    expect(stderr).toContain('expected JSON, got `not json`');
    expect(exitCode).toBe(1);
  });
});
