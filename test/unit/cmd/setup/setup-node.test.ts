import { beforeEach, describe, expect, it } from 'vitest';
import { CONDITION_REASONS } from '../../../../api/reasons.ts';
import { nodes, nvmeNodes, nvmeProfiles } from '../../../../kube/resources.ts';
import { node, nvmeProfile } from '../../../builders/objects.ts';
import { settle } from '../../../fakes/clock.ts';
import { AT, condition, plan, planLines, SetupBench } from './setup-bench.ts';

describe('kubectl nvme setup node', () => {
  let bench: SetupBench;

  beforeEach(() => {
    bench = new SetupBench();
  });

  it('prints the steps and the drives left alone with --dry-run, and writes nothing', async () => {
    bench.addEnrolledNode();
    const { stdout, stderr, exitCode } = await bench.setup('n1', '--dry-run');
    expect(stdout).toBe([...planLines, ''].join('\n'));
    expect({ stderr, exitCode, writes: bench.kube.writes }).toEqual({ stderr: '', exitCode: 0, writes: [] });
  });

  it('prints the plan as JSON', async () => {
    bench.addEnrolledNode();
    expect(JSON.parse((await bench.setup('n1', '--dry-run', '-o', 'json')).stdout)).toEqual(plan);
  });

  it('lets the API server check a --dry-run=server', async () => {
    bench.addEnrolledNode();
    const { exitCode, stderr } = await bench.setup('n1', '--dry-run=server');
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: 'node/n1 set up (server dry run)\n' });
    expect(bench.kube.calls.filter(({ verb }) => verb === 'patch')).toMatchObject([{ dryRun: true }]);
    expect(bench.stored().spec?.request).toBeUndefined();
  });

  it('orders the agent, shows its steps and ends when the node is ready', async () => {
    bench.addEnrolledNode();
    const outcome = await bench.setupWith(['n1'], async () => {
      bench.agentSays(() => ({ progress: { step: 1, of: 2, name: 'make ext4 filesystem on /dev/nvme1n1' } }));
      await settle();
      bench.agentEnds(condition('Ready', 'True', CONDITION_REASONS.VolumesPublished));
    });
    expect(outcome).toEqual({
      exitCode: 0,
      stdout: 'node/n1 set up\n',
      stderr: [
        'node/n1: /dev/nvme2n1 is left alone: carries an xfs filesystem',
        'node/n1: waiting for the agent on the node',
        'node/n1: 1/2: make ext4 filesystem on /dev/nvme1n1',
        '',
      ].join('\n'),
    });
    expect(bench.stored().spec?.request).toEqual({ id: 'request-1', type: 'setup' });
  });

  it('never makes up a plan ID: it permits what is refused without one', async () => {
    bench.addEnrolledNode();
    await bench.setup('n1', '--wait=false');
    expect(bench.stored().spec?.request).not.toHaveProperty('planID');
  });

  it('passes on the plan ID that a person gave', async () => {
    bench.addEnrolledNode();
    const { stdout } = await bench.setup('n1', '--wait=false', '--plan-id', 'plan-1');
    expect(stdout).toBe('node/n1 ordered\n');
    expect(bench.stored().spec?.request?.planID).toBe('plan-1');
  });

  it('does not believe conditions of an earlier generation', async () => {
    bench.addEnrolledNode({
      plan,
      conditions: [
        {
          type: 'Ready',
          status: 'True',
          reason: 'VolumesPublished',
          message: '',
          lastTransitionTime: AT,
          observedGeneration: 1,
        },
      ],
    });
    const outcome = await bench.setupWith(['n1', '--layout', 'filesystem'], async () => {
      bench.agentSays(() => ({}));
      await settle();
      bench.agentSays(condition('Ready', 'False', CONDITION_REASONS.StepFailed, 'mkfs.ext4 exited with 1'));
    });
    expect(outcome.exitCode).toBe(1);
    expect(outcome.stderr).toContain(
      'error: set-up of node n1 stopped: StepFailed: mkfs.ext4 exited with 1\n',
    );
  });

  it('creates the NVMeNode of a node that nothing enrolled, owned by the Node', async () => {
    const { metadata } = bench.kube.add(nodes, node({ metadata: { name: 'n1', uid: 'uid-1' } }));
    expect((await bench.setup('n1', '--layout', 'lvm', '--wait=false')).exitCode).toBe(0);
    expect(bench.stored()).toMatchObject({
      metadata: { ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name: 'n1', uid: metadata?.uid }] },
      spec: { overrides: { layout: { type: 'LVM' } }, request: { id: 'request-1', type: 'setup' } },
    });
  });

  it('lets an ordered profile’s layout replace an earlier order’s', async () => {
    bench.addEnrolledNode();
    bench.kube.add(
      nvmeProfiles,
      nvmeProfile({ metadata: { name: 'raid' }, spec: { layout: { type: 'RAID' } } }),
    );
    bench.kube.change(
      nvmeNodes,
      'n1',
      (object) => (object.spec = { ...object.spec, overrides: { layout: { type: 'LVM' } } }),
    );
    await bench.setup('n1', '--profile', 'raid', '--wait=false');
    expect(bench.stored().spec).toMatchObject({ profile: 'raid' });
    expect(bench.stored().spec?.overrides).toBeUndefined();
  });

  it('writes what may become of existing data, and takes it back with the next order', async () => {
    bench.addEnrolledNode();
    await bench.setup('n1', '--existing-data', 'wipe', '--wait=false');
    expect(bench.stored().spec?.overrides).toEqual({ existingData: 'Wipe' });
    bench.agentEnds(condition('Ready', 'True', CONDITION_REASONS.VolumesPublished));
    await bench.setup('n1', '--layout', 'lvm', '--wait=false');
    expect(bench.stored().spec?.overrides).not.toHaveProperty('existingData');
  });

  it('keeps what an order said about existing data while it is carried out', async () => {
    bench.addEnrolledNode();
    await bench.setup('n1', '--existing-data', 'Wipe', '--wait=false');
    const { stderr } = await bench.setup('n1', '--wait=false');
    expect(stderr).toContain('a set-up is under way already; following it');
    expect(bench.stored().spec?.overrides).toEqual({ existingData: 'Wipe' });
  });

  it('decides anew when somebody else changed the NVMeNode in between', async () => {
    bench.addEnrolledNode();
    bench.kube.before('patch', 'nvmenodes', () => bench.agentSays(() => ({ agentVersion: '2' })));
    expect((await bench.setup('n1', '--wait=false')).exitCode).toBe(0);
    expect(bench.stored().spec?.request?.id).toBe('request-2');
  });

  it('follows a set-up that is under way already instead of ordering another', async () => {
    bench.addEnrolledNode();
    bench.kube.change(
      nvmeNodes,
      'n1',
      (object) => (object.spec = { ...object.spec, request: { id: 'earlier', type: 'setup' } }),
    );
    const outcome = await bench.setupWith(['n1'], () => {
      bench.agentSays(condition('Ready', 'True', CONDITION_REASONS.VolumesPublished));
    });
    expect(outcome).toMatchObject({ exitCode: 0, stdout: 'node/n1 set up\n' });
    expect(outcome.stderr).toMatch(/^node\/n1: a set-up is under way already; following it\n/);
    expect(bench.kube.writes).toEqual([]);
  });

  it('gives up waiting after --timeout, and says that the work goes on', async () => {
    bench.addEnrolledNode();
    const outcome = await bench.setupWith(['n1', '--timeout', '5s'], () => bench.clock.advance(5000));
    expect(outcome.exitCode).toBe(1);
    expect(outcome.stderr).toMatch(
      /error: timed out waiting for node n1: waiting for the agent on the node\nThe work goes on/,
    );
  });

  it('detaches on Ctrl-C with exit code 130 and leaves the order in place', async () => {
    bench.addEnrolledNode();
    const interruption = new AbortController();
    const waiting = bench.watching();
    const running = bench.run(['n1'], interruption.signal);
    await waiting;
    interruption.abort(new Error('interrupted'));
    const { exitCode, stderr } = await running;
    expect(exitCode).toBe(130);
    expect(stderr).toMatch(/Detached; the work goes on. Follow it again: kubectl nvme setup node n1\n$/);
    expect(bench.stored().spec?.request?.id).toBe('request-1');
    expect(bench.kube.openWatches).toBe(0);
  });
});
