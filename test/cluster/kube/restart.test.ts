import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startLab, type Lab } from '../../../lab/lab.ts';
import { runningProcess, spawnTracked } from '../../../lab/process/tracked.ts';
import { waitFor } from '../../../lab/wait.ts';
import type { KubeApi } from '../../../kube/api.ts';
import { Reflector } from '../../../kube/reflector.ts';
import { configMaps, type ConfigMap } from '../../../kube/resources.ts';
import { systemClock } from '../../../kube/system-clock.ts';
import { testLabContext } from '../../builders/lab-context.ts';
import { realKube } from '../../builders/real-kube.ts';

const namespace = 'default';
const patience = { timeoutMs: 60_000, signal: new AbortController().signal };

describe('a reflector on the real API server', () => {
  let lab: Lab;
  let kube: KubeApi;

  beforeAll(async () => {
    lab = await startLab(testLabContext(), { controlPlaneOnly: true });
    kube = await realKube(lab.kubeconfig);
  });
  afterAll(() => lab.stop());

  /** Kills a program of the control plane as a crash does, and starts it again. */
  async function crash(name: string): Promise<void> {
    const record = await runningProcess(lab.dir, name);
    if (record === undefined) throw new Error(`${name} does not run`);
    process.kill(record.pid, 'SIGKILL');
    await waitFor(`${name} to be gone`, patience, async () =>
      (await runningProcess(lab.dir, name)) === undefined ? true : undefined,
    );
    const [program = '', ...args] = record.command;
    await spawnTracked(lab.dir, { name, command: [program, ...args], cwd: lab.dir, diesWithParent: true });
  }

  async function put(name: string, value: string): Promise<void> {
    let last: unknown;
    const body = { metadata: { name, namespace }, data: { value } };
    await waitFor(`${name} to be written`, { ...patience, lastSeen: () => String(last) }, async () => {
      try {
        return await kube.patch(configMaps, name, { type: 'apply', body }, { namespace, fieldManager: 't' });
      } catch (error) {
        last = error;
        return undefined;
      }
    });
  }

  it.each(['kube-apiserver', 'etcd'])('misses nothing when %s crashes and comes back', async (program) => {
    const stop = new AbortController();
    const errors: unknown[] = [];
    const options = { kube, clock: systemClock(), type: configMaps, namespace, labelSelector: '' };
    const reflector = new Reflector({ ...options, onError: (error) => errors.push(error) });
    const seen = new Map<string, number>();
    reflector.subscribe(({ kind, object }) => {
      const name = object.metadata?.name ?? '';
      if (kind !== 'deleted') seen.set(name, (seen.get(name) ?? 0) + 1);
    });
    const running = reflector.run(stop.signal);
    await reflector.waitForSync();

    await put('before', program);
    const crashing = crash(program);
    for (let index = 0; index < 20; index += 1) await put(`during-${index}`, program);
    await crashing;
    await put('before', 'after');

    const value = (): string | undefined => reflector.store.get('before', namespace)?.data?.value;
    await waitFor('the last change', patience, () => Promise.resolve(value() === 'after' ? true : undefined));
    const listed = await kube.listAll(configMaps, { namespace });
    const versions = (list: ConfigMap[]): string[] =>
      list.map(({ metadata }) => `${metadata?.name ?? ''} ${metadata?.resourceVersion ?? ''}`).sort();
    expect(versions(reflector.store.all())).toEqual(versions(listed.items));
    for (let index = 0; index < 20; index += 1) expect(seen.get(`during-${index}`)).toBeGreaterThan(0);
    stop.abort();
    await running;
  });
});
