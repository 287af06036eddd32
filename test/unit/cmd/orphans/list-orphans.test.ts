import { beforeEach, describe, expect, it } from 'vitest';
import { configMaps, nodes, nvmeNodes } from '../../../../kube/resources.ts';
import { registeredNode } from '../../../builders/orphans.ts';
import { forbidden } from '../../../fakes/kube-answers.ts';
import { OrphanBench } from './orphan-bench.ts';

describe('kubectl nvme list orphans', () => {
  let bench: OrphanBench;
  const run = (...argv: string[]) => bench.run('list', 'orphans', ...argv);

  beforeEach(() => {
    bench = new OrphanBench();
  });

  it('prints what waits, what is held and what goes, and why', async () => {
    bench.webhookRemembers({ 'node-1': 2, 'node-2': 10 });
    bench.addVolume({ name: 'pv-1', claimUID: 'claim-1' });
    bench.addVolume({ name: 'pv-2', nodeName: 'n2', nodeUID: 'node-2' });
    bench.addVolume({ name: 'pv-3', nodeName: 'n3', nodeUID: 'node-3', orphans: 'Report' });
    bench.addVolume({ name: 'pv-4', nodeName: 'n4', nodeUID: 'node-4', orphans: 'Ignore' });
    bench.addVolume({ name: 'pv-5', nodeName: 'n5', nodeUID: 'node-5' });
    bench.kube.add(nodes, registeredNode('node-5', 'n5'));
    const { stdout, stderr, exitCode } = await run();
    expect(stdout).toBe(
      [
        'NAME   NODE   STATE      CLAIM            CAPACITY   DUE      REASON',
        'pv-1   n1     Waiting    default/data-0   2Gi        3m       node n1 is gone',
        'pv-2   n2     Deleting   <none>           2Gi        <none>   node n2 is gone',
        'pv-3   n3     Held       <none>           2Gi        <none>   node n3 is gone, but its clean-up rules say Report',
        '',
      ].join('\n'),
    );
    expect({ stderr, exitCode, writes: bench.kube.writes }).toEqual({ stderr: '', exitCode: 0, writes: [] });
  });

  it('holds everything that the breaker holds, and says what a person can do', async () => {
    bench.webhookRemembers(
      { 'node-1': 10 },
      { latch: { at: 0, nodes: ['node-1'], message: '7 of 9 nodes vanished' } },
    );
    bench.addVolume({ name: 'pv-1' });
    const { stdout } = await run('-o', 'json');
    expect(JSON.parse(stdout)).toMatchObject({
      kind: 'List',
      items: [
        {
          kind: 'Orphan',
          metadata: { name: 'pv-1', uid: 'uid-pv-1' },
          state: 'Held',
          approvable: true,
          reason: expect.stringContaining('clean-up is stopped: 7 of 9 nodes vanished') as string,
        },
      ],
    });
  });

  it('finds what nvme-webhook remembers in another namespace', async () => {
    bench.webhookRemembers({ 'node-1': 10 }, { namespace: 'storage-system' });
    bench.addVolume({ name: 'pv-1' });
    expect((await run('-o', 'jsonpath={.items[0].state}')).stdout).toBe('Deleting');
  });

  it('never calls due what only the leader can know to be due', async () => {
    bench.addVolume({ name: 'pv-1' });
    bench.kube.fail('get', 'configmaps', forbidden(configMaps, 'get'));
    const { stdout, stderr } = await run('-o', 'wide');
    expect(stdout).toMatch(/^pv-1 +n1 +Waiting +<none> +2Gi +5m +nvme-ssd +node-1 +node n1 is gone$/m);
    expect(stderr).toMatch(/^Note: What nvme-webhook remembers is not known: configmaps is forbidden/);
  });

  it('filters by node and state', async () => {
    bench.webhookRemembers({ 'node-2': 10 });
    bench.addVolume({ name: 'pv-1' });
    bench.addVolume({ name: 'pv-2', nodeName: 'n2', nodeUID: 'node-2' });
    expect((await run('--node', 'n1', '-o', 'name')).stdout).toBe('persistentvolume/pv-1\n');
    expect((await run('--state', 'deleting', '-o', 'name')).stdout).toBe('persistentvolume/pv-2\n');
    expect((await run('--node', 'n7')).stderr).toBe('No resources found\n');
  });

  it('refuses to judge by half a picture', async () => {
    bench.addVolume({ name: 'pv-1' });
    bench.kube.fail('list', 'nodes', forbidden(nodes, 'list'));
    const { stdout, stderr, exitCode } = await run();
    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 1 });
    expect(stderr).toContain('Missing permission: list nodes.');
    bench.kube.fail('list', 'nvmenodes', forbidden(nvmeNodes, 'list'));
    expect((await run()).exitCode).toBe(1);
  });
});
