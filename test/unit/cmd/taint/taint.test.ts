import { beforeEach, describe, expect, it } from 'vitest';
import {
  EXEMPT,
  LEGACY_TAINT_KEY,
  PAUSED,
  READY_BOOT_ID,
  STARTUP_TAINT_KEY,
  TAINTED,
} from '../../../../api/keys.ts';
import { ApiError } from '../../../../kube/errors.ts';
import { nodes, nvmeProfiles, selfSubjectReviews, type Node } from '../../../../kube/resources.ts';
import { node, nvmeProfile } from '../../../builders/objects.ts';
import { SteppedClock } from '../../../fakes/clock.ts';
import { forbidden } from '../../../fakes/kube-answers.ts';
import { FakeKube } from '../../../fakes/kube.ts';
import { kubectlNVMe } from '../../../fakes/program.ts';

const startup = { key: STARTUP_TAINT_KEY, effect: 'NoSchedule' };
const note = '{"by":"eve","why":"disk swap","at":"2025-01-01T00:00:00Z"}';

describe('kubectl nvme taint', () => {
  let clock: SteppedClock;
  let kube: FakeKube;
  const run = (...argv: string[]) => kubectlNVMe(['taint', ...argv], { kube, clock });
  const stored = (name = 'n1'): Node => kube.peek(nodes, name) ?? {};

  beforeEach(() => {
    clock = new SteppedClock();
    kube = new FakeKube(clock);
    kube.add(nvmeProfiles, nvmeProfile());
  });

  function addNode(
    name: string,
    annotations: Record<string, string> = {},
    taints: (typeof startup)[] = [],
  ): void {
    const metadata = { name, labels: { disk: 'nvme' }, annotations };
    kube.add(nodes, node({ metadata, spec: { taints } }));
  }

  describe('--remove', () => {
    it('takes the startup taints off and says on the node who paused it, why and when, in one write', async () => {
      const foreign = { key: 'gpu', effect: 'NoSchedule' };
      const record = { [TAINTED]: `${STARTUP_TAINT_KEY}:NoSchedule` };
      addNode('n1', record, [startup, foreign, { key: LEGACY_TAINT_KEY, effect: 'NoSchedule' }]);
      const outcome = await run('n1', '--remove', '--reason', 'INC-42');
      expect(outcome).toEqual({ exitCode: 0, stdout: 'node/n1 untainted and paused\n', stderr: '' });
      expect(stored().spec?.taints).toEqual([foreign]);
      expect(stored().metadata?.annotations).toEqual({
        [PAUSED]: '{"by":"fake","why":"INC-42","at":"2026-01-01T00:00:00Z"}',
      });
      expect(kube.writes.filter(({ resource }) => resource === 'nodes')).toHaveLength(1);
    });

    it('leaves an earlier pause its who and why', async () => {
      addNode('n1', { [PAUSED]: note }, [startup]);
      await run('n1', '--remove');
      expect(stored().metadata?.annotations?.[PAUSED]).toBe(note);
      expect((await run('n1', '--remove')).stdout).toBe('node/n1 unchanged\n');
    });

    it('pauses as "unknown" where the API server does not tell who asks', async () => {
      addNode('n1');
      kube.fail('create', 'selfsubjectreviews', forbidden(selfSubjectReviews, 'create'));
      await run('n1', '--remove');
      expect(stored().metadata?.annotations?.[PAUSED]).toContain('"by":"unknown"');
    });

    it('goes on after a node that fails, by name or by selector', async () => {
      addNode('n1', {}, [startup]);
      addNode('n2', {}, [startup]);
      const named = await run('n1', 'n9', 'n2', '--remove');
      expect(named).toEqual({
        exitCode: 1,
        stdout: 'node/n1 untainted and paused\nnode/n2 untainted and paused\n',
        stderr:
          'Error from server (NotFound): nodes "n9" not found\nSee which there are with: kubectl get nodes\n',
      });
      expect((await run('-l', 'disk=nvme', '--remove')).stdout).toBe(
        'node/n1 unchanged\nnode/n2 unchanged\n',
      );
    });

    it('tries again when the node changed in between', async () => {
      addNode('n1', {}, [startup]);
      kube.before('patch', 'nodes', () =>
        kube.change(nodes, 'n1', ({ spec }) => spec?.taints?.push({ key: 'gpu', effect: 'NoSchedule' })),
      );
      expect((await run('n1', '--remove')).exitCode).toBe(0);
      expect(stored().spec?.taints).toEqual([{ key: 'gpu', effect: 'NoSchedule' }]);
    });
  });

  describe('without --remove', () => {
    it('ends the pause and taints a node whose drives are not ready, as ours to take off again', async () => {
      addNode('n1', { [PAUSED]: note, [READY_BOOT_ID]: 'an earlier boot' });
      expect(await run('n1')).toEqual({ exitCode: 0, stdout: 'node/n1 tainted\n', stderr: '' });
      expect(stored().spec?.taints).toEqual([startup]);
      expect(stored().metadata?.annotations).toEqual({
        [READY_BOOT_ID]: 'an earlier boot',
        [TAINTED]: `${STARTUP_TAINT_KEY}:NoSchedule`,
      });
    });

    it('only ends the pause of a node that is ready in this boot', async () => {
      addNode('n1', { [PAUSED]: note, [READY_BOOT_ID]: 'boot-1' });
      expect((await run('n1')).stdout).toBe('node/n1 no longer paused\n');
      expect(stored().spec?.taints ?? []).toEqual([]);
      expect((await run('n1')).stdout).toBe('node/n1 unchanged\n');
    });

    it('refuses nodes that no profile matches, and those that are exempt', async () => {
      kube.add(nodes, node({ metadata: { name: 'plain' } }));
      addNode('n1', { [EXEMPT]: 'true' });
      const { stderr, exitCode } = await run('plain', 'n1');
      expect(stderr).toBe(
        'error: no NVMeProfile matches node plain, so nothing says how it is to be tainted\n' +
          'See the profiles: kubectl nvme list profiles\n' +
          'error: node n1 is exempt: everything of kubectl-nvme leaves it alone\n',
      );
      expect(exitCode).toBe(1);
    });
  });

  it.each([
    [[], 'error: NODE is required: kubectl nvme taint NODE, or -l SELECTOR'],
    [['n1', '--reason', 'x'], 'error: --reason says why nodes are paused: add --remove'],
  ])('refuses %j', async (argv, message) => {
    expect((await run(...argv)).stderr).toContain(message);
  });

  it('says how to install what the cluster does not have', async () => {
    kube.fail('list', 'nvmeprofiles', new ApiError(404, { code: 404, message: '404 page not found' }, 'GET'));
    expect((await run('n1')).stderr).toContain('kubectl-nvme is not installed there');
  });
});
