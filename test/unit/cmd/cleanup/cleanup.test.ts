import { beforeEach, describe, expect, it } from 'vitest';
import { CLEANUP_APPROVED, CLEANUP_CONFIG_MAP, WEBHOOK_NAMESPACE } from '../../../../api/keys.ts';
import {
  configMaps,
  nodes,
  persistentVolumeClaims,
  persistentVolumes,
  pods,
} from '../../../../kube/resources.ts';
import { boundClaim, registeredNode, statefulPod } from '../../../builders/orphans.ts';
import { forbidden } from '../../../fakes/kube-answers.ts';
import { OrphanBench } from '../orphans/orphan-bench.ts';

const latch = { at: 0, nodes: ['node-1'], message: '7 of 9 nodes vanished unannounced within 5 minutes' };

describe('kubectl nvme cleanup', () => {
  let bench: OrphanBench;
  const run = (...argv: string[]) => bench.run('cleanup', ...argv);

  beforeEach(() => {
    bench = new OrphanBench();
  });

  /** Runs to the end; the pauses between its passes go by. */
  async function runThrough(...argv: string[]) {
    const running = run(...argv);
    const state = { ended: false };
    void running.then(() => (state.ended = true));
    for (let pass = 0; pass < 10 && !state.ended; pass += 1) {
      await bench.clock.advance(1_000);
      await new Promise((resolve) => setImmediate(resolve));
    }
    return running;
  }

  function addBoundOrphan(): void {
    bench.addVolume({ name: 'pv-1', claimUID: 'claim-1' });
    bench.kube.add(persistentVolumeClaims, boundClaim());
    bench.kube.add(pods, statefulPod());
  }

  describe('--dry-run', () => {
    it('shows each object that would go or stay, and why, and changes nothing', async () => {
      bench.webhookRemembers({ 'node-1': 10, 'node-2': 2 });
      addBoundOrphan();
      bench.addVolume({ name: 'pv-2', nodeName: 'n2', nodeUID: 'node-2' });
      bench.addVolume({ name: 'pv-3', nodeName: 'n3', nodeUID: 'node-3', reclaimPolicy: 'Retain' });
      const { stdout, stderr, exitCode } = await run('--dry-run');
      expect(stdout).toBe(
        [
          'ACTION   OBJECT                                 VOLUME   NODE   REASON',
          'Delete   persistentvolumeclaim/default/data-0   pv-1     n1     node n1 is gone',
          'Delete   pod/default/db-0                       pv-1     n1     node n1 is gone',
          'Wait     persistentvolume/pv-2                  pv-2     n2     node n2 is gone; its grace period ends in 3m',
          'Hold     persistentvolume/pv-3                  pv-3     n3     node n3 is gone, but its reclaim policy is Retain',
          '',
        ].join('\n'),
      );
      expect({ stderr, exitCode, writes: bench.kube.writes }).toEqual({
        stderr: '',
        exitCode: 0,
        writes: [],
      });
    });

    it('names a pod that nothing would make again', async () => {
      bench.webhookRemembers({ 'node-1': 10 });
      addBoundOrphan();
      bench.kube.change(pods, 'db-0', ({ metadata }) => delete metadata?.ownerReferences, 'default');
      expect((await run('--dry-run', '-o', 'json')).stdout).toContain('"action": "ByHand"');
    });
  });

  it('deletes claim, pod and volume in this order, by the rules of nvme-webhook', async () => {
    bench.webhookRemembers({ 'node-1': 10 });
    addBoundOrphan();
    const { stdout, stderr, exitCode } = await runThrough();
    expect(stdout).toBe(
      'persistentvolumeclaim/default/data-0 deleted\npod/default/db-0 deleted\npersistentvolume/pv-1 deleted\n',
    );
    expect({ stderr, exitCode }).toEqual({ stderr: 'Nothing is left to clean up\n', exitCode: 0 });
    expect(bench.kube.objects(persistentVolumes)).toEqual([]);
  });

  it('deletes nothing whose grace period runs, or that the breaker holds', async () => {
    bench.webhookRemembers({ 'node-1': 10, 'node-2': 1 }, { latch });
    bench.addVolume({ name: 'pv-1' });
    const { stdout, stderr, exitCode } = await runThrough();
    expect({ stdout, exitCode, writes: bench.kube.writes }).toEqual({ stdout: '', exitCode: 0, writes: [] });
    expect(stderr).toMatch(
      /^persistentvolume\/pv-1 is left: node n1 is gone, but clean-up is stopped: 7 of 9/,
    );
  });

  it('deletes nothing on its own word: without a record of nvme-webhook every grace period begins now', async () => {
    bench.addVolume({ name: 'pv-1' });
    await runThrough();
    expect(bench.kube.writes).toEqual([]);
  });

  it('leaves a volume alone whose node is back right before the delete', async () => {
    bench.webhookRemembers({ 'node-1': 10 });
    bench.addVolume({ name: 'pv-1' });
    bench.kube.before('get', 'nodes', () => bench.kube.add(nodes, registeredNode()));
    const { stdout, stderr } = await runThrough();
    expect(stdout).toBe('');
    expect(stderr).toContain('persistentvolume/pv-1 is left alone: it has changed since it was looked at\n');
    expect(bench.kube.writes).toEqual([]);
  });

  it('goes on with other volumes when one fails, and exits with 1', async () => {
    bench.webhookRemembers({ 'node-1': 10 });
    bench.addVolume({ name: 'pv-1' });
    bench.addVolume({ name: 'pv-2' });
    bench.kube.fail('delete', 'persistentvolumes', forbidden(persistentVolumes, 'delete'));
    const { stdout, stderr, exitCode } = await runThrough();
    expect(stdout).toBe('persistentvolume/pv-2 deleted\n');
    expect(stderr).toContain('Missing permission: delete persistentvolumes.');
    expect(exitCode).toBe(1);
  });

  it('keeps to a StorageClass, and to volumes that are named', async () => {
    bench.webhookRemembers({ 'node-1': 10 });
    bench.addVolume({ name: 'pv-1' });
    bench.addVolume({ name: 'pv-2' });
    expect((await run('--dry-run', '--storage-class', 'other')).stderr).toBe('No resources found\n');
    expect((await run('--dry-run', '--storage-class=nvme-ssd', 'pv/pv-2', '-o', 'name')).stdout).toBe(
      'persistentvolume/pv-2\n',
    );
    expect((await run('pv-9')).stderr).toBe(
      'error: no orphan of the name pv-9\nSee them: kubectl nvme list orphans\n',
    );
  });

  describe('--approve', () => {
    const approved = () =>
      bench.kube.peek(configMaps, CLEANUP_CONFIG_MAP, WEBHOOK_NAMESPACE)?.data?.[CLEANUP_APPROVED];

    it('releases what the breaker holds, and only what waits for a person', async () => {
      bench.webhookRemembers({ 'node-1': 10 }, { latch });
      bench.addVolume({ name: 'pv-1' });
      bench.addVolume({ name: 'pv-2', orphans: 'Report' });
      bench.addVolume({ name: 'pv-3', reclaimPolicy: 'Retain' });
      expect((await run('--approve', '--dry-run', '-o', 'name')).stdout).toBe('persistentvolume/pv-1\n');
      expect(approved()).toBeUndefined();
      const { stdout, exitCode } = await run('--approve');
      expect({ stdout, exitCode }).toEqual({ stdout: 'persistentvolume/pv-1 approved\n', exitCode: 0 });
      expect(approved()).toBe('["uid-pv-1"]');
      expect(bench.kube.objects(persistentVolumes)).toHaveLength(3);
    });

    it('releases what no agent can prove to be lost', async () => {
      bench.webhookRemembers({});
      bench.addVolume({ name: 'pv-1' });
      bench.kube.add(nodes, registeredNode('node-2'));
      expect((await run('--approve')).stdout).toBe('persistentvolume/pv-1 approved\n');
    });

    it('keeps earlier approvals of volumes that still exist, also when somebody else approves meanwhile', async () => {
      bench.webhookRemembers({ 'node-1': 10 }, { latch });
      bench.addVolume({ name: 'pv-1' });
      bench.addVolume({ name: 'pv-2' });
      bench.kube.before('patch', 'configmaps', () =>
        bench.kube.change(
          configMaps,
          CLEANUP_CONFIG_MAP,
          (map) => (map.data = { ...map.data, [CLEANUP_APPROVED]: '["uid-pv-2","uid-long-gone"]' }),
          WEBHOOK_NAMESPACE,
        ),
      );
      await run('--approve', 'pv-1');
      expect(approved()).toBe('["uid-pv-1","uid-pv-2"]');
    });

    it('says when nothing waits, and when there is no record to write to', async () => {
      bench.addVolume({ name: 'pv-1' });
      expect((await run('--approve')).stderr).toBe('Nothing waits for an approval\n');
      bench.kube.add(nodes, registeredNode('node-2'));
      expect((await run('--approve')).stderr).toMatch(/^error: nvme-webhook has left no record/);
    });
  });
});
