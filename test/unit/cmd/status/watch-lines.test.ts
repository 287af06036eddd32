import { beforeEach, describe, expect, it } from 'vitest';
import type { NVMeNodeStatus } from '../../../../api/node.ts';
import { nodes, nvmeNodes, persistentVolumes } from '../../../../kube/resources.ts';
import { node, nvmeNode, persistentVolume } from '../../../builders/objects.ts';
import { SteppedClock } from '../../../fakes/clock.ts';
import { forbidden } from '../../../fakes/kube-answers.ts';
import { FakeKube } from '../../../fakes/kube.ts';
import { kubectlNVMe, type Outcome } from '../../../fakes/program.ts';

const working: NVMeNodeStatus = { conditions: [], progress: { step: 1, of: 2, name: 'assemble' } };

describe('kubectl nvme status -w without a terminal', () => {
  let kube: FakeKube;

  beforeEach(() => {
    kube = new FakeKube(new SteppedClock());
    for (const name of ['n1', 'n2']) {
      kube.add(nodes, node({ metadata: { name } }));
      kube.add(nvmeNodes, nvmeNode({ metadata: { name }, status: { conditions: [] } }));
    }
  });

  /** Watches; after each so many lines the next action is taken, after the last one the watch is interrupted. */
  async function watch(
    argv: string[],
    actions: Record<number, () => unknown>,
    end: number,
  ): Promise<Outcome> {
    const interruption = new AbortController();
    let lines = 0;
    return kubectlNVMe(['status', '-w', ...argv], {
      kube,
      clock: kube.clock,
      signal: interruption.signal,
      onWrite: (text) => {
        lines += text.split('\n').length - 1;
        actions[lines]?.();
        if (lines >= end) interruption.abort(new Error('SIGINT'));
      },
    });
  }

  it('prints everything once, then what changed, under the same columns', async () => {
    const start = () => kube.change(nvmeNodes, 'n2', (object) => (object.status = working));
    const { exitCode, stdout } = await watch([], { 3: start }, 4);
    expect(exitCode).toBe(130);
    expect(stdout.split('\n')[3]).toMatch(/^n2 {5}Setting up 1\/2: assemble/);
    expect(stdout.split('\n').filter((line) => line.startsWith('NAME'))).toHaveLength(1);
  });

  it('follows volumes and nodes that come and go', async () => {
    const publish = () => kube.add(persistentVolumes, persistentVolume({}, 'n1'));
    const vanish = () => kube.remove(nodes, 'n2');
    const { stdout } = await watch(['--no-headers'], { 2: publish, 3: vanish }, 4);
    const [, , published = '', gone = ''] = stdout.split('\n');
    expect(published).toMatch(/^n1 .* 1 +0 +2Gi /);
    expect(gone).toMatch(/^n2 +NodeGone/);
  });

  it('prints bare objects with -o json', async () => {
    const { stdout } = await watch(['n1', '-o', 'jsonpath={.metadata.name}{"\\n"}'], {}, 1);
    expect(stdout).toBe('n1\n');
  });

  it('fails at once for an unknown node, and when it may not read', async () => {
    expect(await watch(['x'], {}, 99)).toEqual({
      exitCode: 1,
      stdout: '',
      stderr:
        'Error from server (NotFound): nodes "x" not found\nSee which there are with: kubectl get nodes\n',
    });
    kube.fail('list', 'nodes', forbidden(nodes, 'list'), 10);
    expect((await watch([], {}, 99)).stderr).toContain('Error from server (Forbidden): nodes is forbidden');
  });

  it('does without volumes that it may not list', async () => {
    kube.fail('list', 'persistentvolumes', forbidden(persistentVolumes, 'list'), 10);
    expect((await watch([], {}, 3)).stdout).toMatch(/^NAME .*\nn1 .*\nn2 /);
  });
});
