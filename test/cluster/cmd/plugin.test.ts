import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { KubeApi } from '../../../kube/api.ts';
import { STARTUP_TAINT_KEY } from '../../../api/keys.ts';
import { nodes, nvmeNodes, type Node } from '../../../kube/resources.ts';
import { builtProgram } from '../../builders/built-program.ts';
import { node } from '../../builders/objects.ts';
import { openPluginScene, type PluginScene } from './plugin-scene.ts';

const LABEL = 'kubectl-nvme-test/plugin';
const NAMES = ['plugin-a', 'plugin-b'];

describe('kubectl nvme on a real cluster', () => {
  let kube: KubeApi;
  let kubectl: PluginScene['kubectl'];

  beforeAll(async () => {
    ({ kube, kubectl } = await openPluginScene(inject('controlPlane')));
    for (const name of NAMES) await kube.create(nodes, testNode(name));
  });

  afterAll(async () => {
    for (const name of NAMES) await kube.delete(nodes, name);
  });

  function testNode(name: string): Node {
    const { status: _, ...object } = node({
      metadata: { name, labels: { [LABEL]: 'true' } },
      spec: { taints: [{ key: STARTUP_TAINT_KEY, effect: 'NoSchedule' }] },
    });
    return object;
  }

  it('is found by kubectl as a plugin', async () => {
    expect((await kubectl('plugin', 'list')).stdout).toContain(builtProgram('kubectl-nvme'));
    expect(await kubectl('nvme', 'version')).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/^Client Version: v/) as string,
    });
  });

  it('prints tables in the style of kubectl get', async () => {
    const ours = await kubectl('nvme', 'status', '-l', LABEL);
    const theirs = await kubectl('get', 'nodes', '-l', LABEL);
    expect(ours).toMatchObject({ exitCode: 0, stderr: '' });
    expect(columnStarts(ours.stdout)[1]).toBe(columnStarts(theirs.stdout)[1]);
    for (const { stdout } of [ours, theirs]) {
      const lines = stdout.trimEnd().split('\n');
      expect(lines).toHaveLength(1 + NAMES.length);
      // Headers in capitals; a column begins three blanks behind its widest cell; nothing behind the last header.
      expect(lines[0]).toMatch(/^[A-Z-]+(?: {3,}[A-Z-]+)+$/);
    }
    expect(ages(ours.stdout)).toEqual(expect.arrayContaining([expect.stringMatching(/^\d+s$/)]) as string[]);
  });

  it('shows a node with the taint that nothing enrolled', async () => {
    const { stdout } = await kubectl('nvme', 'status', 'plugin-a', '--no-headers');
    expect(stdout).toMatch(
      /^plugin-a +NotEnrolled +0\/0 +<none> .*tainted, but no NVMeProfile matches this node\n$/,
    );
  });

  it('says of an unknown node what kubectl says, and then how to go on', async () => {
    const theirs = await kubectl('get', 'node', 'no-such-node');
    expect(theirs.stderr).toBe('Error from server (NotFound): nodes "no-such-node" not found\n');
    const next = 'See which there are with: kubectl get nodes\n';
    for (const verb of [['status'], ['plan', 'node']]) {
      const ours = await kubectl('nvme', ...verb, 'no-such-node');
      expect(ours).toEqual({ ...theirs, stderr: `${theirs.stderr}${next}` });
    }
  });

  it('says of an empty result exactly what kubectl says', async () => {
    const ours = await kubectl('nvme', 'status', '-l', `${LABEL}=nothing`);
    expect(ours).toEqual(await kubectl('get', 'nodes', '-l', `${LABEL}=nothing`));
  });

  it('says of a server that is away exactly what kubectl says', async () => {
    const away = ['-s', 'https://127.0.0.1:1'];
    const [ours, theirs] = [await kubectl('nvme', 'status', ...away), await kubectl('get', 'nodes', ...away)];
    expect(ours).toMatchObject({ exitCode: 1, stdout: '' });
    expect(theirs.stderr).toContain(ours.stderr);
  });

  it('prints a List that is the same every time, and one object bare', async () => {
    const list = await kubectl('nvme', 'status', '-l', LABEL, '-o', 'json');
    expect(JSON.parse(list.stdout)).toMatchObject({
      apiVersion: 'v1',
      kind: 'List',
      items: [{ kind: 'NodeStorage' }, {}],
    });
    expect(await kubectl('nvme', 'status', '-l', LABEL, '-o', 'json')).toEqual(list);
    expect(JSON.parse((await kubectl('nvme', 'status', 'plugin-b', '-o', 'json')).stdout)).toMatchObject({
      metadata: { name: 'plugin-b' },
    });
  });

  it('prints the same as kubectl for the outputs that both have', async () => {
    for (const output of [
      'name',
      'jsonpath={.items[*].metadata.name}',
      'jsonpath={range .items[*]}{.metadata.name}{"\\t"}{.metadata.labels.kubectl-nvme-test/plugin}{"\\n"}{end}',
      'custom-columns=NODE:.metadata.name,NONE:.metadata.no.such',
    ]) {
      const ours = await kubectl('nvme', 'status', '-l', LABEL, '-o', output);
      expect(ours).toEqual(await kubectl('get', 'nodes', '-l', LABEL, '-o', output));
    }
  });

  it('names the permission that an impersonated user lacks', async () => {
    const theirs = await kubectl('get', 'nodes', '--as', 'nobody');
    const ours = await kubectl('nvme', 'status', '--as', 'nobody');
    expect(ours.exitCode).toBe(1);
    expect(ours.stderr).toContain(
      'nodes is forbidden: User "nobody" cannot list resource "nodes" in API group "" at the cluster scope',
    );
    expect(ours.stderr.split('\n')[0]).toBe(theirs.stderr.trimEnd());
    expect(ours.stderr).toContain('Missing permission: list nodes.');
  });

  it('completes through kubectl: verbs, and node names of the cluster', async () => {
    const verbs = await kubectl('__complete', 'nvme', 'st');
    expect(verbs.stdout).toMatch(/^status\t.*\n:4\n/);
    const names = await kubectl('__complete', 'nvme', 'status', 'plugin-');
    expect(names.stdout).toBe('plugin-a\nplugin-b\n:4\n');
  });

  it('orders a set-up, with the API server’s own check first', async () => {
    const dryRun = await kubectl('nvme', 'setup', 'node', 'plugin-a', '--layout', 'lvm', '--dry-run=server');
    expect(dryRun).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('there is no plan for node plugin-a') as string,
    });
    const ordered = await kubectl('nvme', 'setup', 'node', 'plugin-a', '--layout', 'lvm', '--wait=false');
    expect(ordered).toEqual({ exitCode: 0, stdout: 'node/plugin-a ordered\n', stderr: '' });
    const [written, owner] = [await kube.get(nvmeNodes, 'plugin-a'), await kube.get(nodes, 'plugin-a')];
    expect(written.spec).toMatchObject({
      overrides: { layout: { type: 'LVM' } },
      request: { type: 'setup' },
    });
    expect(written.metadata.ownerReferences).toMatchObject([{ kind: 'Node', uid: owner.metadata?.uid }]);
    const waiting = await kubectl('nvme', 'setup', 'node', 'plugin-a', '--timeout', '1s');
    expect(waiting).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('timed out waiting for node plugin-a') as string,
    });
  });
});

/** Columns at which the cells of a table's first line begin. */
function columnStarts(table: string): number[] {
  const [header = ''] = table.split('\n');
  return [...header.matchAll(/(?:^| {2,})(\S)/g)].map((match) => match.index + match[0].length - 1);
}

/** Cells of the column AGE. */
function ages(table: string): string[] {
  const [header = '', ...rows] = table.trimEnd().split('\n');
  const start = header.indexOf('AGE');
  return rows.map((row) => row.slice(start).split(' ', 1)[0] ?? '');
}
