import { beforeEach, describe, expect, it } from 'vitest';
import { PAUSED } from '../../../../api/keys.ts';
import { CONDITION_REASONS } from '../../../../api/reasons.ts';
import { nodes, nvmeNodes } from '../../../../kube/resources.ts';
import { node } from '../../../builders/objects.ts';
import { forbidden } from '../../../fakes/kube-answers.ts';
import { condition, plan, SetupBench } from './setup-bench.ts';

describe('kubectl nvme setup node refuses', () => {
  let bench: SetupBench;

  beforeEach(() => {
    bench = new SetupBench();
  });

  it('ends with the agent’s reason when it refuses', async () => {
    bench.addEnrolledNode();
    const outcome = await bench.setupWith(['n1'], () => {
      bench.agentSays(
        condition('Ready', 'False', CONDITION_REASONS.ExistingData, '/dev/nvme1n1 carries data'),
      );
    });
    expect(outcome.exitCode).toBe(1);
    expect(outcome.stderr).toMatch(
      /error: set-up of node n1 stopped: ExistingData: \/dev\/nvme1n1 carries data\nSee every drive and what to do next: kubectl nvme describe node n1\n$/,
    );
  });

  it('refuses at once, and writes nothing, when no drive may be set up', async () => {
    bench.addEnrolledNode({ plan: { ...plan, steps: [], candidates: [] }, conditions: [] });
    const { exitCode, stderr } = await bench.setup('n1');
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(
      /^error: node n1 has no drive that may be set up:\n {2}\/dev\/nvme2n1: carries an xfs filesystem\nNothing was changed/,
    );
    expect(bench.kube.writes).toEqual([]);
  });

  it('refuses a plan ID that has gone stale', async () => {
    bench.addEnrolledNode();
    const { exitCode, stderr } = await bench.setup('n1', '--plan-id', 'plan-0');
    expect(stderr).toBe(
      'error: plan plan-0 is stale: the plan for node n1 is now plan-1\nLook at it again: kubectl nvme plan node n1\n',
    );
    expect({ exitCode, writes: bench.kube.writes }).toEqual({ exitCode: 1, writes: [] });
  });

  it('refuses a paused node and says how to end the pause', async () => {
    bench.addEnrolledNode();
    bench.kube.change(
      nodes,
      'n1',
      (object) => (object.metadata = { ...object.metadata, annotations: { [PAUSED]: '{}' } }),
    );
    expect((await bench.setup('n1')).stderr).toMatch(/End the pause with: kubectl nvme taint n1\n$/);
  });

  it('to touch the record of an earlier machine of that name', async () => {
    bench.addEnrolledNode();
    bench.kube.remove(nodes, 'n1');
    bench.kube.add(nodes, node());
    const { exitCode, stderr } = await bench.setup('n1');
    expect(stderr).toMatch(/^error: NVMeNode n1 belongs to an earlier node of that name\n/);
    expect({ exitCode, writes: bench.kube.writes }).toEqual({ exitCode: 1, writes: [] });
  });

  it('asks how the drives should look when nothing says so', async () => {
    bench.kube.add(nodes, node());
    const { exitCode, stderr } = await bench.setup('n1');
    expect(stderr).toMatch(
      /^error: no NVMeProfile matches node n1.*\nChoose one: kubectl nvme setup node n1 --profile NAME/,
    );
    expect({ exitCode, writes: bench.kube.writes }).toEqual({ exitCode: 1, writes: [] });
  });

  it('repeats the server’s NotFound for an unknown node and an unknown profile', async () => {
    expect((await bench.setup('x')).stderr).toBe(
      'Error from server (NotFound): nodes "x" not found\nSee which there are with: kubectl get nodes\n',
    );
    bench.addEnrolledNode();
    expect((await bench.setup('n1', '--profile', 'x')).stderr).toBe(
      'Error from server (NotFound): nvmeprofiles.kubectl-nvme.dev "x" not found\nSee which there are with: kubectl nvme list profiles\n',
    );
  });

  it('names the permission that is missing to order', async () => {
    bench.addEnrolledNode();
    bench.kube.fail('patch', 'nvmenodes', forbidden(nvmeNodes, 'patch', 'n1'));
    const { exitCode, stderr } = await bench.setup('n1');
    expect(stderr).toContain('kubectl auth can-i patch nvmenodes.kubectl-nvme.dev');
    expect(exitCode).toBe(1);
  });

  it('refuses another layout while a set-up is under way, and anything during a reset', async () => {
    bench.addEnrolledNode();
    bench.kube.change(
      nvmeNodes,
      'n1',
      (object) => (object.spec = { ...object.spec, request: { id: 'earlier', type: 'setup' } }),
    );
    expect((await bench.setup('n1', '--layout', 'swap')).stderr).toMatch(
      /^error: another set-up of node n1 is under way \(request earlier\)/,
    );
    bench.kube.change(
      nvmeNodes,
      'n1',
      (object) => (object.spec = { ...object.spec, request: { id: 'r', type: 'reset' } }),
    );
    expect((await bench.setup('n1')).stderr).toMatch(/^error: node n1 is being reset \(request r\)/);
  });

  it.each([
    [
      ['n1', '--layout', 'zfs'],
      'unknown layout "zfs", expected one of: filesystem, raid, lvm, swap, block, spdk',
    ],
    [['n1', '--dry-run=maybe'], 'Invalid dry-run value (maybe). Must be "none", "server", or "client".'],
    [['n1', '--timeout', 'soon'], 'invalid argument "soon" for "--timeout" flag'],
    [['n1', '-o', 'json'], '--output prints the plan of a dry run'],
    [[], 'NODE is required'],
  ])('refuses %j before the cluster is asked', async (argv, message) => {
    const { exitCode, stderr } = await bench.setup(...argv);
    expect(stderr).toContain(`error: ${message}`);
    expect({ exitCode, calls: bench.kube.calls }).toEqual({ exitCode: 1, calls: [] });
  });
});
