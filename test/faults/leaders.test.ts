import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { leases, nodes, persistentVolumes } from '../../kube/resources.ts';
import type { WebhookBeside } from '../../lab/install/webhook-beside.ts';
import { isRunning } from '../../lab/process/identity.ts';
import { runningProcess, type TrackedProcess } from '../../lab/process/tracked.ts';
import { crash } from '../builders/crash.ts';
import { openScene, type Scene } from '../cluster/webhook/scene.ts';

const LEASE = { name: 'nvme-webhook', namespace: 'kubectl-nvme' };

describe('two replicas of which one leads', () => {
  let scene: Scene;
  const replicas: { name: string; webhook: WebhookBeside }[] = [];

  beforeAll(async () => {
    scene = await openScene('leaders');
    for (const index of [0, 1]) await start(index);
  });
  afterAll(() => scene.close());

  async function start(index: number): Promise<void> {
    replicas.push({ name: `webhook-leaders-${index}`, webhook: await scene.startWebhook('--no-admission') });
  }

  /** The replica that holds the lease, as its process. */
  async function leader(): Promise<TrackedProcess> {
    return scene.until(
      'a leader',
      async () => {
        const { spec } = await scene.kube.get(leases, LEASE.name, { namespace: LEASE.namespace });
        const holder = replicas.find(({ name }) => (spec?.holderIdentity ?? '').startsWith(`${name}-`));
        return holder === undefined ? undefined : await runningProcess(scene.lab.dir, holder.name);
      },
      60_000,
    );
  }

  async function nodeWithVolume(name: string): Promise<string> {
    const { metadata } = await scene.nodeInService(name);
    await scene.publish({ name: `pv-${name}`, nodeName: name, nodeUID: metadata?.uid ?? '', grace: '2s' });
    return metadata?.uid ?? '';
  }
  const volume = (name: string) => scene.peek(persistentVolumes, `pv-${name}`);
  const gone = (name: string) =>
    scene.until(
      `pv-${name} to be gone`,
      async () => ((await volume(name)) === undefined ? true : undefined),
      90_000,
    );

  it('cleans up after its leader is killed in the middle of a grace period', async () => {
    await nodeWithVolume('lead-alive');
    await nodeWithVolume('lead-killed');
    const first = await leader();
    await scene.kube.delete(nodes, 'lead-killed');
    process.kill(first.pid, 'SIGKILL');
    await gone('lead-killed');
    expect((await leader()).pid).not.toBe(first.pid);
    expect(await volume('lead-alive')).toBeDefined();
    await start(replicas.length);
  });

  it('is not harmed by a leader that was frozen and woke up with an old view', async () => {
    await nodeWithVolume('lead-frozen');
    await nodeWithVolume('lead-returns');
    const frozen = await leader();
    // It has seen both nodes go, and freezes before it may act.
    await scene.kube.delete(nodes, 'lead-frozen');
    await scene.kube.delete(nodes, 'lead-returns');
    process.kill(frozen.pid, 'SIGSTOP');
    try {
      await gone('lead-frozen');
      await gone('lead-returns');
      expect((await leader()).pid).not.toBe(frozen.pid);
      await nodeWithVolume('lead-returns');
    } finally {
      process.kill(frozen.pid, 'SIGCONT');
    }
    await scene.until(
      'the old leader to end itself',
      () => Promise.resolve(isRunning(frozen) ? undefined : true),
      60_000,
    );
    expect(await volume('lead-returns')).toBeDefined();
    expect(await volume('lead-alive')).toBeDefined();
  });

  it.each(['kube-apiserver', 'etcd'])(
    'deletes what is due after %s crashed, and nothing else',
    async (program) => {
      const name = `lead-${program}`;
      await nodeWithVolume(name);
      await scene.kube.delete(nodes, name);
      await crash(scene.lab, program, scene.ctx.signal);
      await scene.until(
        `pv-${name} to be gone`,
        async () => {
          // The API server may still be starting.
          const found = await volume(name).catch(() => 'away' as const);
          return found === undefined ? true : undefined;
        },
        90_000,
      );
      expect(await volume('lead-alive')).toBeDefined();
    },
  );
});
