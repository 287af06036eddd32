import { describe, expect, it } from 'vitest';
import { STARTUP_TAINT_KEY, TAINTED } from '../../../../api/keys.ts';
import {
  AGENT_NAMESPACE,
  HOME_NAMESPACE,
  NAME_LABEL,
  PART_OF,
  PART_OF_LABEL,
  WEBHOOK_NAME,
} from '../../../../api/parts.ts';
import type { ResourceType } from '../../../../kube/api.ts';
import {
  customResourceDefinitions,
  daemonSets,
  deployments,
  mutatingWebhooks,
  namespaces,
  nodes,
  nvmeProfiles,
  persistentVolumes,
  pods,
  type Node,
} from '../../../../kube/resources.ts';
import { node, nvmeProfile, persistentVolume, pod } from '../../../builders/objects.ts';
import { InstallBench } from '../install/install-bench.ts';

const STARTUP = { key: STARTUP_TAINT_KEY, effect: 'NoSchedule' };

/** A node that the webhook or enrol tainted, with what else it has. */
const tainted = (name: string, more: { key: string; effect: string }[] = []): Node =>
  node({
    metadata: { name, annotations: { [TAINTED]: `${STARTUP_TAINT_KEY}:NoSchedule`, other: 'kept' } },
    spec: { taints: [...more, STARTUP] },
  });

async function installedBench(): Promise<InstallBench> {
  const bench = new InstallBench();
  await bench.run('install');
  bench.kube.add(mutatingWebhooks, { metadata: { name: PART_OF, labels: { [PART_OF_LABEL]: PART_OF } } });
  return bench;
}

const taintsOf = (bench: InstallBench, name: string) => bench.kube.peek(nodes, name)?.spec?.taints ?? [];

describe('kubectl nvme uninstall', () => {
  it('stops what taints first, and takes our taints off last', async () => {
    const bench = await installedBench();
    for (const name of ['n1', 'n2']) bench.kube.add(nodes, tainted(name));
    const before = bench.kube.writes.length;
    const { exitCode, stdout } = await bench.runToEnd('uninstall');
    expect(exitCode).toBe(0);
    expect(stdout).toContain('deployment.apps "nvme-webhook" deleted from kubectl-nvme namespace\n');
    expect(stdout).toContain('node/n1 untainted\nnode/n2 untainted\n');
    const writes = bench.kube.writes.slice(before).map(({ resource, name }) => `${resource}/${name ?? ''}`);
    const order = [
      'deployments/nvme-webhook',
      'mutatingwebhookconfigurations/kubectl-nvme',
      'clusterrolebindings/kubectl-nvme-webhook-admission',
      'clusterrolebindings/kubectl-nvme-webhook-controllers',
      'daemonsets/nvme-agent',
      'nodes/n1',
      'namespaces/kubectl-nvme',
    ].map((write) => writes.indexOf(write));
    expect(order).toEqual([...order].sort((a, b) => a - b));
    expect(order[0]).toBe(0);
    expect([taintsOf(bench, 'n1'), taintsOf(bench, 'n2')]).toEqual([[], []]);
    const kinds: ResourceType<unknown>[] = [deployments, daemonSets, mutatingWebhooks, namespaces];
    expect(kinds.flatMap((kind) => bench.kube.objects(kind))).toEqual([]);
  });

  it('takes off only what is recorded as ours', async () => {
    const bench = await installedBench();
    const other = { key: STARTUP_TAINT_KEY, effect: 'NoExecute' };
    const pool = { key: 'dedicated', effect: 'NoSchedule' };
    bench.kube.add(nodes, tainted('n1', [pool, other]));
    bench.kube.add(nodes, node({ metadata: { name: 'by-the-cloud' }, spec: { taints: [STARTUP] } }));
    await bench.runToEnd('uninstall');
    expect(taintsOf(bench, 'n1')).toEqual([pool, other]);
    expect(bench.kube.peek(nodes, 'n1')?.metadata?.annotations).toEqual({ other: 'kept' });
    expect(taintsOf(bench, 'by-the-cloud')).toEqual([STARTUP]);
  });

  it('looks again, as a node may be tainted by a registration that was still cached', async () => {
    const bench = await installedBench();
    bench.kube.add(nodes, tainted('early'));
    bench.kube.before('patch', 'nodes', () => bench.kube.add(nodes, tainted('late')));
    const { stdout } = await bench.runToEnd('uninstall');
    expect(stdout).toContain('node/late untainted\n');
    expect(taintsOf(bench, 'late')).toEqual([]);
  });

  it('removes a registration again that a replica made anew before it lost its rights', async () => {
    const bench = await installedBench();
    const labels = { [PART_OF_LABEL]: PART_OF };
    bench.kube.before('delete', 'clusterrolebindings', () =>
      bench.kube.add(mutatingWebhooks, { metadata: { name: PART_OF, labels } }),
    );
    const { exitCode, stdout } = await bench.runToEnd('uninstall');
    const line = 'mutatingwebhookconfiguration.admissionregistration.k8s.io "kubectl-nvme" deleted\n';
    expect(stdout.split(line)).toHaveLength(3);
    expect({ exitCode, left: bench.kube.objects(mutatingWebhooks) }).toEqual({ exitCode: 0, left: [] });
  });

  it('says so when something keeps tainting, and deletes nothing more', async () => {
    const bench = await installedBench();
    bench.kube.add(nodes, tainted('n1'));
    let births = 0;
    const birth = () => bench.kube.add(nodes, tainted(`more-${(births += 1)}`));
    bench.kube.before('patch', 'nodes', birth, 1_000);
    const { exitCode, stderr } = await bench.runToEnd('uninstall');
    expect(stderr).toContain('something still puts our taint on');
    expect(exitCode).toBe(1);
    expect(bench.kube.peek(namespaces, HOME_NAMESPACE)).toBeDefined();
  });

  it('waits for the webhook’s pods, and goes on without its rights when one never ends', async () => {
    const bench = await installedBench();
    const labels = { [NAME_LABEL]: WEBHOOK_NAME };
    bench.kube.add(pods, pod({ metadata: { name: 'stuck', namespace: HOME_NAMESPACE, labels } }));
    bench.kube.add(nodes, tainted('n1'));
    const { stdout, stderr } = await bench.runToEnd('uninstall', '--timeout', '10s');
    expect(stderr).toContain(
      'Note: pods of nvme-webhook are still ending, on nodes that do not answer; going on\n',
    );
    const lines = stdout.split('\n');
    const rights = lines.indexOf(
      'clusterrolebinding.rbac.authorization.k8s.io "kubectl-nvme-webhook-controllers" deleted',
    );
    expect(rights).toBeGreaterThan(0);
    expect(lines.indexOf('node/n1 untainted')).toBeGreaterThan(rights);
  });

  it('leaves volumes, profiles and CRDs, and says how to remove them', async () => {
    const bench = await installedBench();
    bench.kube.add(persistentVolumes, persistentVolume());
    bench.kube.add(nvmeProfiles, nvmeProfile());
    const { stderr } = await bench.runToEnd('uninstall');
    expect(stderr).toContain('1 PersistentVolume objects: kubectl delete pv -l kubectl-nvme.dev/node\n');
    expect(stderr).toContain('kubectl nvme uninstall --crds\n');
    expect(bench.kube.objects(persistentVolumes)).toHaveLength(1);
    expect(bench.kube.objects(nvmeProfiles)).toHaveLength(1);
    expect(bench.kube.objects(customResourceDefinitions)).toHaveLength(2);
    await bench.runToEnd('uninstall', '--crds');
    expect(bench.kube.objects(customResourceDefinitions)).toEqual([]);
    expect(bench.kube.objects(persistentVolumes)).toHaveLength(1);
  });

  it('leaves what somebody else made under one of our names', async () => {
    const bench = await installedBench();
    bench.kube.change(namespaces, AGENT_NAMESPACE, (object) => {
      object.metadata = { ...object.metadata, labels: {} };
    });
    const { exitCode, stderr } = await bench.runToEnd('uninstall');
    expect(stderr).toContain('Note: namespace/kubectl-nvme-agent is left: it has no label');
    expect(bench.kube.objects(namespaces).map(({ metadata }) => metadata?.name)).toEqual([AGENT_NAMESPACE]);
    expect(exitCode).toBe(0);
  });

  it.each([
    ['nothing was ever installed', new InstallBench()],
    ['the webhook’s namespace is gone already', undefined],
  ])('untaints nodes also when %s', async (_case, given) => {
    const bench = given ?? (await installedBench());
    if (!given) bench.kube.remove(namespaces, HOME_NAMESPACE);
    bench.kube.add(nodes, tainted('n1'));
    const { exitCode } = await bench.runToEnd('uninstall');
    expect({ exitCode, taints: taintsOf(bench, 'n1') }).toEqual({ exitCode: 0, taints: [] });
    expect(bench.kube.objects(mutatingWebhooks)).toEqual([]);
  });

  it('finishes what an interrupted run began', async () => {
    const bench = await installedBench();
    bench.kube.add(nodes, tainted('n1'));
    bench.kube.fail('delete', 'daemonsets', new Error('the connection broke'));
    expect(await bench.runToEnd('uninstall')).toMatchObject({ exitCode: 1 });
    expect(await bench.runToEnd('uninstall')).toMatchObject({ exitCode: 0 });
    expect([taintsOf(bench, 'n1'), bench.kube.objects(namespaces)]).toEqual([[], []]);
  });

  it('changes nothing in a dry run', async () => {
    const bench = await installedBench();
    bench.kube.add(nodes, tainted('n1'));
    const before = bench.kube.writes.length;
    const { exitCode, stdout } = await bench.runToEnd('uninstall', '--dry-run');
    expect(stdout).toContain(
      'daemonset.apps "nvme-agent" deleted from kubectl-nvme-agent namespace (dry run)\n',
    );
    expect(stdout).toContain('node/n1 untainted (dry run)\n');
    expect({ exitCode, writes: bench.kube.writes.length }).toEqual({ exitCode: 0, writes: before });
  });

  it('deletes with the UID of what it looked at', async () => {
    const bench = await installedBench();
    bench.kube.before('delete', 'daemonsets', () => {
      const again = bench.kube.peek(daemonSets, 'nvme-agent', AGENT_NAMESPACE);
      bench.kube.remove(daemonSets, 'nvme-agent', AGENT_NAMESPACE);
      bench.kube.add(daemonSets, {
        ...again,
        metadata: { name: 'nvme-agent', namespace: AGENT_NAMESPACE, uid: 'new' },
      });
    });
    const { exitCode, stderr } = await bench.runToEnd('uninstall');
    expect(stderr).toContain('UID in the precondition');
    expect(exitCode).toBe(1);
  });
});
