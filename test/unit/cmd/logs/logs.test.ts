import { beforeEach, describe, expect, it } from 'vitest';
import { AGENT_NAMESPACE } from '../../../../api/keys.ts';
import { nodes, pods } from '../../../../kube/resources.ts';
import { node, pod } from '../../../builders/objects.ts';
import { SteppedClock } from '../../../fakes/clock.ts';
import { forbidden, notFound } from '../../../fakes/kube-answers.ts';
import { FakeKube } from '../../../fakes/kube.ts';
import { kubectlNVMe } from '../../../fakes/program.ts';

const path = (name: string, query = 'container=agent', namespace = AGENT_NAMESPACE): string =>
  `/api/v1/namespaces/${namespace}/pods/${name}/log?${query}`;

describe('kubectl nvme logs', () => {
  let clock: SteppedClock;
  let kube: FakeKube;
  const run = (...argv: string[]) => kubectlNVMe(['logs', ...argv], { kube, clock });

  beforeEach(() => {
    clock = new SteppedClock();
    kube = new FakeKube(clock);
    kube.add(nodes, node());
  });

  function addAgent(name: string, creationTimestamp: string, namespace = AGENT_NAMESPACE): void {
    const labels = { 'app.kubernetes.io/name': 'nvme-agent' };
    kube.add(pods, pod({ metadata: { name, namespace, labels, creationTimestamp } }));
  }

  it('prints the log of the node’s agent, of the newest of its pods', async () => {
    addAgent('agent-old', '2025-01-01T00:00:00Z');
    addAgent('agent-new', '2025-12-01T00:00:00Z');
    kube.streams.set(path('agent-new'), ['{"msg":"a"}\n{"ms', 'g":"b"}\n']);
    expect(await run('n1')).toEqual({ exitCode: 0, stdout: '{"msg":"a"}\n{"msg":"b"}\n', stderr: '' });
  });

  it('finds an agent that was installed into another namespace', async () => {
    addAgent('agent-a', '2025-01-01T00:00:00Z', 'storage');
    kube.streams.set(path('agent-a', 'container=agent', 'storage'), ['x\n']);
    expect((await run('node/n1')).stdout).toBe('x\n');
  });

  it('looks only into the usual namespace when it may not look into all', async () => {
    addAgent('agent-a', '2025-01-01T00:00:00Z');
    kube.fail('list', 'pods', forbidden(pods, 'list'));
    kube.streams.set(path('agent-a'), ['x\n']);
    expect((await run('n1')).stdout).toBe('x\n');
  });

  it.each([
    [['-f'], 'container=agent&follow=true'],
    [['--tail', '20', '--since', '90s'], 'container=agent&tailLines=20&sinceSeconds=90'],
    [['--tail=-1', '--since=100ms'], 'container=agent&sinceSeconds=1'],
    [['--tail', '0'], 'container=agent&tailLines=0'],
    [['-p', '--timestamps'], 'container=agent&previous=true&timestamps=true'],
  ])('asks for %j', async (argv, query) => {
    addAgent('agent-a', '2025-01-01T00:00:00Z');
    kube.streams.set(path('agent-a', query), ['x\n']);
    expect(await run('n1', ...argv)).toEqual({ exitCode: 0, stdout: 'x\n', stderr: '' });
  });

  it('stops at Ctrl-C with exit code 130', async () => {
    addAgent('agent-a', '2025-01-01T00:00:00Z');
    const interruption = new AbortController();
    kube.streams.set(
      path('agent-a', 'container=agent&follow=true'),
      (async function* () {
        yield 'x\n';
        interruption.abort(new Error('interrupted'));
        yield await Promise.resolve('y\n');
      })(),
    );
    const options = { kube, clock, signal: interruption.signal };
    expect(await kubectlNVMe(['logs', 'n1', '-f'], options)).toMatchObject({ exitCode: 130, stdout: 'x\n' });
  });

  it('says when no agent is there, and when there is no such node', async () => {
    expect((await run('n1')).stderr).toBe(
      'error: no nvme-agent runs on node n1\n' +
        'See where it should run: kubectl get daemonsets -A -l app.kubernetes.io/name=nvme-agent\n',
    );
    expect((await run('n9')).stderr).toBe(
      'Error from server (NotFound): nodes "n9" not found\nSee which there are with: kubectl get nodes\n',
    );
  });

  it('repeats what the API server says about the log', async () => {
    addAgent('agent-a', '2025-01-01T00:00:00Z');
    kube.fail('stream', '*', notFound(pods, 'agent-a'));
    expect(await run('n1')).toMatchObject({
      exitCode: 1,
      stderr: 'Error from server (NotFound): pods "agent-a" not found\n',
    });
  });

  it.each([
    [[], 'error: NODE is required: kubectl nvme logs NODE'],
    [['n1', 'n2'], 'error: expected one node, got 2: n1 n2'],
    [['n1', '--tail', 'x'], 'error: invalid argument "x" for "--tail" flag'],
    [['n1', '--since', 'x'], 'error: invalid argument "x" for "--since" flag: Expected a duration'],
  ])('refuses %j', async (argv, message) => {
    expect((await run(...argv)).stderr).toContain(message);
  });
});
