import { beforeEach, describe, expect, it } from 'vitest';
import type { NVMeNode, NVMeNodeStatus } from '../../../../api/node.ts';
import { PAUSED } from '../../../../api/keys.ts';
import type { Plan } from '../../../../api/plan.ts';
import { CONDITION_REASONS } from '../../../../api/reasons.ts';
import { nodes, nvmeNodes, persistentVolumes, pods } from '../../../../kube/resources.ts';
import { node, persistentVolume, pod } from '../../../builders/objects.ts';
import { settle } from '../../../fakes/clock.ts';
import { kubectlNVMe, type Outcome } from '../../../fakes/program.ts';
import { FakeTerminal } from '../../../fakes/terminal.ts';
import { condition, plan as setupPlan, SetupBench } from '../setup/setup-bench.ts';

const resetPlan: Plan = {
  ...setupPlan,
  id: 'reset-1',
  for: 'reset',
  drives: [
    { path: '/dev/nvme1n1', model: 'Fast', size: 2 ** 40, role: 'Local', state: 'Ours' },
    { path: '/dev/nvme2n1', size: 2 ** 40, role: 'Local', state: 'Foreign' },
  ],
  steps: [
    { name: 'delete PersistentVolume pv-1 (Available)', command: [] },
    { name: 'discard /dev/nvme1n1', command: ['blkdiscard', '/dev/nvme1n1'] },
  ],
};

describe('kubectl nvme reset node', () => {
  let bench: SetupBench;
  const run = (...argv: string[]): Promise<Outcome> =>
    kubectlNVMe(['reset', 'node', ...argv], { kube: bench.kube, clock: bench.clock });
  const request = () => bench.stored().spec?.request;

  beforeEach(() => {
    bench = new SetupBench();
    bench.addEnrolledNode({ resetPlan, conditions: [] });
    bench.kube.add(persistentVolumes, persistentVolume());
  });

  const done = condition('Paused', 'True', CONDITION_REASONS.Reset, 'by nvme-agent');
  const working = (step: number): Partial<NVMeNodeStatus> => ({
    progress: { step, of: 2, name: resetPlan.steps[step - 1]?.name ?? '' },
  });

  /** Runs the command until it waits, then lets the agent act, then gives the result. */
  async function runWith(argv: string[], act: () => Promise<void> | void): Promise<Outcome> {
    const waiting = bench.watching();
    const running = run(...argv);
    await waiting;
    await act();
    return running;
  }

  function claimVolume(): void {
    const claimRef = { namespace: 'default', name: 'data-0', uid: 'claim-1' };
    bench.kube.change(persistentVolumes, 'pv-1', (volume) => {
      volume.spec = { ...volume.spec, claimRef };
      volume.status = { phase: 'Bound' };
    });
  }

  it('shows with --dry-run what is done and what is lost, and writes nothing', async () => {
    const { stdout, stderr, exitCode } = await run('n1', '--dry-run');
    expect(stdout).toBe(
      [
        'Plan reset-1 for node n1: reset to raw drives, provider aws',
        '',
        'STEP   NAME                                       COMMAND',
        '1      delete PersistentVolume pv-1 (Available)',
        '2      discard /dev/nvme1n1                       blkdiscard /dev/nvme1n1',
        '',
        'Left alone:',
        '  /dev/nvme2n1   carries an xfs filesystem',
        '',
        'Drives that end raw, with everything on them lost:',
        '  /dev/nvme1n1   Fast   1Ti',
        '',
        'Volumes that are lost:',
        '  NAME   STATE       CAPACITY   CLAIM    PODS',
        '  pv-1   Available   2Gi        <none>   <none>',
        '',
      ].join('\n'),
    );
    expect({ stderr, exitCode, writes: bench.kube.writes }).toEqual({ stderr: '', exitCode: 0, writes: [] });
  });

  it('names volumes of other drivers that only this node reaches', async () => {
    const claimRef = { namespace: 'db', name: 'pg-0', uid: 'claim-2' };
    const other = persistentVolume({
      metadata: { name: 'csi-1', labels: {} },
      spec: { claimRef },
      status: { phase: 'Bound' },
    });
    bench.kube.add(persistentVolumes, other);
    bench.kube.add(
      pods,
      pod({
        metadata: { name: 'pg-0', namespace: 'db' },
        spec: { containers: [], volumes: [{ name: 'd', persistentVolumeClaim: { claimName: 'pg-0' } }] },
      }),
    );
    const { stdout } = await run('n1', '--dry-run');
    expect(stdout).toMatch(
      /Volumes of other drivers that may lie on these drives:\n.*\n {2}csi-1 +2Gi +db\/pg-0 +db\/pg-0\n$/,
    );
  });

  it('orders exactly the plan that a person names, and follows it to its end', async () => {
    const { stdout, stderr, exitCode } = await runWith(['n1', '--plan-id', 'reset-1'], async () => {
      expect(request()).toEqual({ id: 'request-1', type: 'reset', planID: 'reset-1' });
      bench.agentSays(() => working(2));
      await settle();
      bench.agentEnds(done);
    });
    expect({ stdout, exitCode }).toEqual({ stdout: 'node/n1 reset\n', exitCode: 0 });
    expect(stderr).toContain('node/n1: 2/2: discard /dev/nvme1n1\n');
    expect(stderr).toMatch(
      /is paused, and its drives stay raw. Set it up again with: kubectl nvme taint n1 && kubectl nvme setup node n1\n$/,
    );
  });

  it('does not take an earlier reset’s end for its own', async () => {
    bench.agentEnds(done);
    const outcome = await runWith(['n1', '--force', '--timeout', '5s'], async () => {
      bench.agentSays(() => ({}));
      await settle();
      await bench.clock.advance(5_000);
    });
    expect(outcome.exitCode).toBe(1);
    expect(outcome.stderr).toMatch(
      /timed out waiting for node n1: at work\nThe work goes on. Follow it with: kubectl nvme reset node n1\n$/,
    );
  });

  it.each([
    [
      'refuses',
      condition(
        'Refused',
        'True',
        CONDITION_REASONS.RequestRefused,
        'request request-1 was refused: a claim came',
      ),
      'RequestRefused: request request-1 was refused: a claim came',
    ],
    [
      'fails',
      condition('Ready', 'False', CONDITION_REASONS.StepFailed, 'blkdiscard exited with 1'),
      'StepFailed: blkdiscard exited with 1',
    ],
  ])('fails when the agent %s', async (_, said, message) => {
    const outcome = await runWith(['n1', '--force'], () => bench.agentSays(said));
    expect(outcome.exitCode).toBe(1);
    expect(outcome.stderr).toContain(`error: reset of node n1 stopped: ${message}\n`);
  });

  it('follows a reset that is under way instead of ordering another', async () => {
    bench.kube.change(
      nvmeNodes,
      'n1',
      (object: NVMeNode) => (object.spec = { ...object.spec, request: { id: 'earlier', type: 'reset' } }),
    );
    const outcome = await runWith(['n1'], () => bench.agentEnds(done));
    expect(outcome).toMatchObject({ exitCode: 0, stdout: 'node/n1 reset\n' });
    expect(bench.kube.writes).toEqual([]);
  });

  describe('asks on a terminal', () => {
    async function typing(text: string): Promise<number> {
      const terminal = new FakeTerminal();
      const argv = ['reset', 'node', 'n1', '--wait=false'];
      const running = kubectlNVMe(argv, { kube: bench.kube, clock: bench.clock, terminal: terminal.ends });
      await terminal.frameWith('Type the name of the node');
      terminal.answer(text);
      return (await running).exitCode;
    }

    it('and resets once the node’s name is typed', async () => {
      expect(await typing('n1\n')).toBe(0);
      expect(request()).toMatchObject({ type: 'reset', planID: 'reset-1' });
    });

    it('and does nothing for any other word', async () => {
      expect(await typing('yes\n')).toBe(1);
      expect(request()).toBeUndefined();
    });

    it('and does nothing at Ctrl-C', async () => {
      expect(await typing('\u0003')).toBe(130);
      expect(request()).toBeUndefined();
    });
  });

  it('wants the plan’s ID where it cannot ask', async () => {
    const { stderr, exitCode } = await run('n1');
    expect(stderr).toContain(
      'error: the reset of node n1 must be confirmed, and there is no terminal to ask on\n',
    );
    expect(stderr).toContain('kubectl nvme reset node n1 --plan-id ID\n');
    expect({ exitCode, request: request() }).toEqual({ exitCode: 1, request: undefined });
  });

  it('refuses volumes with a claim, also with --force and a plan ID', async () => {
    claimVolume();
    for (const flag of [['--force'], ['--plan-id', 'reset-1']]) {
      const { stderr, exitCode } = await run('n1', ...flag);
      expect(stderr).toMatch(
        /^error: node n1 has volumes in use: pv-1 \(claim default\/data-0\)\nMove the data away/,
      );
      expect({ exitCode, request: request() }).toEqual({ exitCode: 1, request: undefined });
    }
  });

  it('orders nothing when the node changed after its plan was shown', async () => {
    bench.kube.before('patch', 'nvmenodes', () =>
      bench.agentSays(() => ({ resetPlan: { ...resetPlan, id: 'reset-2' } })),
    );
    const { stderr, exitCode } = await run('n1', '--plan-id', 'reset-1');
    expect(stderr).toContain('error: node n1 has changed since its plan was shown: not reset\n');
    expect({ exitCode, request: request() }).toEqual({ exitCode: 1, request: undefined });
  });

  const edit = (status: NVMeNodeStatus) => () =>
    void bench.kube.change(nvmeNodes, 'n1', (object: NVMeNode) => (object.status = status));
  const pausedBy = (by: string) => () =>
    void bench.kube.change(
      nodes,
      'n1',
      ({ metadata }) =>
        metadata && (metadata.annotations = { [PAUSED]: JSON.stringify({ by, why: 'INC-42' }) }),
    );

  it.each([
    [
      'a stale plan',
      () => undefined,
      ['--plan-id', 'reset-0'],
      'plan reset-0 is stale: the reset plan for node n1 is now reset-1',
    ],
    ['a person’s pause', pausedBy('eve'), ['--force'], 'node n1 is paused by eve: INC-42'],
    [
      'a node without an agent',
      edit({}),
      ['--force'],
      'there is no reset plan for node n1: its agent has not reported one',
    ],
    [
      'drives in use',
      edit({ resetPlan: { ...resetPlan, steps: [], candidates: [] } }),
      ['--force'],
      'node n1 has no drive that may be reset:\n  /dev/nvme2n1: carries an xfs filesystem',
    ],
    [
      'a set-up under way',
      () =>
        void bench.kube.change(
          nvmeNodes,
          'n1',
          (object: NVMeNode) => (object.spec = { request: { id: 'x', type: 'setup' } }),
        ),
      ['--force'],
      'a set-up of node n1 is under way (request x)',
    ],
    [
      'another machine’s record',
      () =>
        void bench.kube.change(nvmeNodes, 'n1', ({ metadata }: NVMeNode) => (metadata.ownerReferences = [])),
      ['--force'],
      'NVMeNode n1 belongs to no node',
    ],
  ])('refuses %s', async (_, prepare, argv, message) => {
    prepare();
    const { stderr, exitCode } = await run('n1', ...argv);
    expect(stderr).toContain(`error: ${message}\n`);
    expect({ exitCode, writes: bench.kube.writes }).toEqual({ exitCode: 1, writes: [] });
  });

  it('lets the pause of an earlier reset stand', async () => {
    pausedBy('nvme-agent')();
    expect((await run('n1', '--force', '--wait=false')).stdout).toBe('node/n1 ordered\n');
  });

  it('changes nothing where nothing of ours is', async () => {
    edit({ resetPlan: { ...resetPlan, steps: [], candidates: [], refusals: [] } })();
    expect((await run('n1', '--force')).stdout).toBe(
      'node/n1 unchanged: nothing of kubectl-nvme is on its drives\n',
    );
    expect(bench.kube.writes).toEqual([]);
  });

  it('lets the API server check a --dry-run=server', async () => {
    const { stderr, exitCode } = await run('n1', '--dry-run=server');
    expect({ stderr, exitCode, request: request() }).toEqual({
      stderr: 'node/n1 reset (server dry run)\n',
      exitCode: 0,
      request: undefined,
    });
    expect(bench.kube.calls.filter(({ verb }) => verb === 'patch')).toMatchObject([{ dryRun: true }]);
  });

  it('goes on after a node that fails', async () => {
    bench.kube.add(nodes, node({ metadata: { name: 'n2' } }));
    const { stdout, stderr, exitCode } = await run('n9', 'n2', 'n1', '--force', '--wait=false');
    expect({ stdout, exitCode }).toEqual({ stdout: 'node/n1 ordered\n', exitCode: 1 });
    expect(stderr).toContain('nodes "n9" not found');
    expect(stderr).toContain('there is no reset plan for node n2');
  });

  it.each([
    [[], 'error: NODE is required: kubectl nvme reset node NODE'],
    [['n1', 'n2', '--plan-id', 'x'], 'error: --plan-id is the plan of one node, got 2 nodes'],
  ])('refuses %j', async (argv, message) => {
    expect((await run(...argv)).stderr).toContain(message);
  });
});
