import { beforeEach, describe, expect, it } from 'vitest';
import { nodes } from '../../../../kube/resources.ts';
import { node } from '../../../builders/objects.ts';
import { kubectlNVMe } from '../../../fakes/program.ts';
import { plan, planLines, SetupBench } from '../setup/setup-bench.ts';

describe('kubectl nvme plan node', () => {
  let bench: SetupBench;
  const run = (...argv: string[]) =>
    kubectlNVMe(['plan', 'node', ...argv], { kube: bench.kube, clock: bench.clock });

  beforeEach(() => {
    bench = new SetupBench();
  });

  it('prints steps and commands, and every drive left alone with its reason', async () => {
    bench.addEnrolledNode({
      plan: {
        ...plan,
        drives: [
          {
            path: '/dev/nvme0n1',
            size: 1,
            role: 'Root',
            state: 'InUse',
            reason: 'holds the root filesystem',
          },
          { path: '/dev/nvme1n1', size: 1, role: 'Local', state: 'Free' },
          { path: '/dev/nvme3n1', size: 1, role: 'Remote', state: 'InUse' },
        ],
      },
    });
    const { stdout, stderr, exitCode } = await run('n1');
    expect(stdout).toBe(
      [...planLines, '  /dev/nvme0n1   holds the root filesystem', '  /dev/nvme3n1   Remote, InUse', ''].join(
        '\n',
      ),
    );
    expect({ stderr, exitCode, writes: bench.kube.writes }).toEqual({ stderr: '', exitCode: 0, writes: [] });
  });

  it('prints one plan bare and several as a List', async () => {
    bench.addEnrolledNode();
    const one = JSON.parse((await run('n1', '-o', 'json')).stdout) as unknown;
    expect(one).toEqual({
      ...plan,
      apiVersion: 'kubectl-nvme.dev/v1alpha1',
      kind: 'NodePlan',
      metadata: { name: 'n1' },
    });
    bench.kube.change(nodes, 'n1', ({ metadata }) =>
      metadata ? (metadata.labels = { rack: 'a' }) : undefined,
    );
    bench.kube.add(nodes, node({ metadata: { name: 'n2', labels: { rack: 'a' } } }));
    const both = await run('-l', 'rack=a', '-o', 'json');
    expect(JSON.parse(both.stdout)).toMatchObject({ kind: 'List', items: [{ metadata: { name: 'n1' } }] });
    expect(both.stderr).toMatch(
      /^error: there is no plan for node n2: its agent has not reported its drives yet/,
    );
    expect(both.exitCode).toBe(1);
  });

  it.each([
    ['wide', /^NODE +PLAN +LAYOUT +PROVIDER +STEPS +DRIVES +REFUSED\nn1 +plan-1 +Filesystem\/ext4 +aws +2 +/],
    ['name', /^node\/n1\n$/],
    ['jsonpath={.id}', /^plan-1$/],
    ['custom-columns=ID:.id', /^ID\nplan-1\n$/],
    ['yaml', /^apiVersion: kubectl-nvme.dev\/v1alpha1\ncandidates:\n- \/dev\/nvme1n1\n/],
  ])('prints -o %s', async (format, expected) => {
    bench.addEnrolledNode();
    expect((await run('n1', '-o', format)).stdout).toMatch(expected);
  });

  it('exits with 1 when no drive may be set up, and still shows why', async () => {
    bench.addEnrolledNode({ plan: { ...plan, steps: [], candidates: [] } });
    const { stdout, stderr, exitCode } = await run('n1');
    expect(stdout).toContain('/dev/nvme2n1   carries an xfs filesystem');
    expect(stderr).toBe(
      'error: node n1 has no drive that may be set up: /dev/nvme2n1: carries an xfs filesystem\n',
    );
    expect(exitCode).toBe(1);
  });

  it.each([
    [[], 'error: NODE is required: kubectl nvme plan node NODE, or -l SELECTOR'],
    [['n1', '--layout', 'tape'], 'error: unknown layout "tape", expected one of: filesystem, raid,'],
    [
      ['n1', '--existing-data', 'eat'],
      'error: unknown existing-data mode "eat", expected one of: Refuse, Adopt, Wipe',
    ],
    [['n1', '-l', 'a=b'], 'error: selectors and the all flag cannot be used'],
    [['n1', '--profile', 'no'], 'Error from server (NotFound): nvmeprofiles.kubectl-nvme.dev "no" not found'],
    [['n9'], 'Error from server (NotFound): nodes "n9" not found'],
    [['-l', 'rack=z'], 'error: no node matches the selector rack=z'],
  ])('refuses %j', async (argv, message) => {
    bench.addEnrolledNode();
    const { stderr, exitCode } = await run(...argv);
    expect(stderr).toContain(message);
    expect(exitCode).toBe(1);
  });
});
