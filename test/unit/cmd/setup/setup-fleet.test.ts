import { beforeEach, describe, expect, it } from 'vitest';
import { CONDITION_REASONS } from '../../../../api/reasons.ts';
import type { NVMeNode } from '../../../../api/node.ts';
import { settleAll } from '../../../../cmd/cli/settle-all.ts';
import { nodes, nvmeNodes, nvmeProfiles } from '../../../../kube/resources.ts';
import { node, nvmeNode, nvmeProfile } from '../../../builders/objects.ts';
import { kubectlNVMe } from '../../../fakes/program.ts';
import { FakeTerminal } from '../../../fakes/terminal.ts';
import { settle } from '../../../fakes/clock.ts';
import { condition, plan, SetupBench } from './setup-bench.ts';

const NAMES = ['n1', 'n2', 'n3'];

describe('kubectl nvme setup node, of several nodes', () => {
  let bench: SetupBench;

  beforeEach(() => {
    bench = new SetupBench();
    bench.kube.add(nvmeProfiles, nvmeProfile());
    for (const name of NAMES) addNode(name);
  });

  function addNode(name: string): void {
    const stored = bench.kube.add(nodes, node({ metadata: { name, labels: { pool: 'nvme' } } }));
    const owner = { apiVersion: 'v1', kind: 'Node', name, uid: stored.metadata?.uid ?? '' };
    bench.kube.add(
      nvmeNodes,
      nvmeNode({ metadata: { name, ownerReferences: [owner] }, status: { plan, conditions: [] } }),
    );
  }

  const stored = (name: string): NVMeNode => bench.kube.peek(nvmeNodes, name) ?? nvmeNode();
  const ordered = () => NAMES.filter((name) => stored(name).spec?.request !== undefined);

  function agentEnds(name: string, ready: 'True' | 'False', message = ''): void {
    const reason = ready === 'True' ? CONDITION_REASONS.VolumesPublished : CONDITION_REASONS.StepFailed;
    bench.kube.change(nvmeNodes, name, (object: NVMeNode) => {
      const id = object.spec?.request?.id ?? '';
      object.status = {
        ...object.status,
        observedRequestID: id,
        ...condition('Ready', ready, reason, message)(object),
      };
    });
  }

  it('orders all of them, and one that fails does not stop the others', async () => {
    const running = bench.setup('n1', 'n9', 'n2', 'n3');
    await expect.poll(ordered).toEqual(NAMES);
    agentEnds('n2', 'False', 'mkfs.ext4 exited with 1');
    agentEnds('n1', 'True');
    agentEnds('n3', 'True');
    const { stdout, stderr, exitCode } = await running;
    expect(stdout.split('\n').sort()).toEqual(['', 'node/n1 set up', 'node/n3 set up']);
    expect(stderr).toContain(
      'Error from server (NotFound): nodes "n9" not found\nSee which there are with: kubectl get nodes\n',
    );
    expect(stderr).toContain('error: set-up of node n2 stopped: StepFailed: mkfs.ext4 exited with 1\n');
    expect(exitCode).toBe(1);
  });

  it('selects by labels, and begins no more than --max-parallel at a time', async () => {
    const running = bench.setup('-l', 'pool=nvme', '--max-parallel', '2');
    await expect.poll(ordered).toEqual(['n1', 'n2']);
    agentEnds('n1', 'True');
    await expect.poll(ordered).toEqual(NAMES);
    agentEnds('n2', 'True');
    agentEnds('n3', 'True');
    expect(await running).toMatchObject({ exitCode: 0 });
  });

  it('detaches from all of them on Ctrl-C, and says how to follow them again and what was not ordered', async () => {
    const interruption = new AbortController();
    const running = bench.run(['n1', 'n2', 'n3', '--max-parallel=2', '--layout', 'lvm'], interruption.signal);
    await expect.poll(ordered).toEqual(['n1', 'n2']);
    interruption.abort(new Error('interrupted'));
    const { stderr, exitCode } = await running;
    expect(exitCode).toBe(130);
    expect(stderr).toMatch(
      /\nDetached; the work goes on. Follow it again: kubectl nvme setup node n1 n2 --layout lvm\nNot ordered: n3\n$/,
    );
    expect(bench.kube.openWatches).toBe(0);
  });

  it('draws one screen for all on a terminal, and writes the results once it is over', async () => {
    const terminal = new FakeTerminal();
    let written = '';
    const running = kubectlNVMe(['setup', 'node', 'n1', 'n2'], {
      kube: bench.kube,
      clock: bench.clock,
      terminal: terminal.ends,
      onWrite: (text) => (written += text),
    });
    await terminal.frameWith('2 nodes: 0 done, 2 at work, 0 failed');
    expect(written).toBe('');
    agentEnds('n1', 'True');
    agentEnds('n2', 'True');
    expect(await running).toMatchObject({ exitCode: 0 });
    expect(written).toContain('node/n1 set up\n');
    expect(written).toContain('node/n2: /dev/nvme2n1 is left alone: carries an xfs filesystem\n');
  });

  it('prints every plan of a dry run, as a List with -o json', async () => {
    const text = await bench.setup('n1', 'n2', '--dry-run');
    expect(text.stdout.match(/^Plan plan-1 for node n\d:/gm)).toHaveLength(2);
    const { stdout } = await bench.setup('-l', 'pool=nvme', '--dry-run', '-o', 'json');
    expect(JSON.parse(stdout)).toMatchObject({
      kind: 'List',
      items: [{ kind: 'NodePlan', metadata: { name: 'n1' }, id: 'plan-1' }, {}, {}],
    });
    expect(bench.kube.writes).toEqual([]);
  });

  it('has the API server check every order of a --dry-run=server', async () => {
    const { stderr, exitCode } = await bench.setup('n1', 'n2', '--dry-run=server');
    expect({ stderr, exitCode }).toEqual({
      stderr: 'node/n1 set up (server dry run)\nnode/n2 set up (server dry run)\n',
      exitCode: 0,
    });
    expect(ordered()).toEqual([]);
  });

  it.each([
    [['n1', 'n2', '--plan-id', 'plan-1'], 'error: --plan-id is the plan of one node, got 2: n1 n2'],
    [['-l', 'pool=nvme', '--plan-id', 'plan-1'], 'error: --plan-id is the plan of one node, got 3 nodes'],
    [['n1', '--max-parallel', '0'], 'error: invalid argument "0" for "--max-parallel" flag'],
    [['-l', 'pool=none'], 'error: no node matches the selector pool=none'],
    [['n1', '-l', 'pool=nvme'], 'error: selectors and the all flag cannot be used'],
    [[], 'error: NODE is required: kubectl nvme setup node NODE'],
  ])('refuses %j', async (argv, message) => {
    const { stderr, exitCode } = await bench.setup(...argv);
    expect(stderr).toContain(message);
    expect({ exitCode, ordered: ordered() }).toEqual({ exitCode: 1, ordered: [] });
  });
});

describe('work side by side', () => {
  it('gives every result in its place, failures too', async () => {
    let running = 0;
    let most = 0;
    const results = await settleAll([1, 2, 3, 4, 5], 2, async (item) => {
      most = Math.max(most, (running += 1));
      await settle();
      running -= 1;
      if (item === 3) throw new Error('three');
      return item * 10;
    });
    expect(most).toBe(2);
    expect(results.map((result) => (result.status === 'fulfilled' ? result.value : 'failed'))).toEqual([
      10,
      20,
      'failed',
      40,
      50,
    ]);
  });
});
