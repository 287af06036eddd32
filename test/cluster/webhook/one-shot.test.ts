import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Host } from '../../../agent/host/host.ts';
import { setUpOnce } from '../../../agent/one-shot/set-up.ts';
import { layoutWithDefaults } from '../../../api/defaults.ts';
import { STARTUP_TAINT_KEY } from '../../../api/keys.ts';
import type { KubeApi } from '../../../kube/api.ts';
import { events, nodes, nvmeNodes, persistentVolumes } from '../../../kube/resources.ts';
import { systemClock } from '../../../kube/system-clock.ts';
import { kubectl } from '../../../lab/install/kubectl.ts';
import { createLogger } from '../../../logging/logger.ts';
import { machine } from '../../builders/machine.ts';
import { readyStatus } from '../../builders/new-node.ts';
import { SnapshotHost } from '../../fakes/snapshot-host.ts';
import { realKube } from '../../builders/real-kube.ts';
import { openScene, type Scene } from './scene.ts';

const USER = 'one-shot-agent';
const ROLE = 'test-one-shot-agent';
const NODE = 'one-shot-1';

/** A machine on which the agent finds nothing to write to. */
const withoutDrives = (bootID: string): Host =>
  Object.assign(new SnapshotHost({ ...machine({ drives: {} }), bootID }), {
    withWriteLock: <T>(_timeoutMs: number, work: () => Promise<T>) => work(),
  });

describe('a one-shot agent that may get, patch and update nodes, and nothing else', () => {
  let scene: Scene;
  let kube: KubeApi;

  beforeAll(async () => {
    scene = await openScene('one-shot');
    await scene.startWebhook();
    const { ctx, lab } = scene;
    await kubectl(ctx, lab, 'create', 'clusterrole', ROLE, '--verb=get,patch,update', '--resource=nodes');
    await kubectl(ctx, lab, 'create', 'clusterrolebinding', ROLE, `--clusterrole=${ROLE}`, `--user=${USER}`);
    kube = await realKube(await lab.issueKubeconfig(USER));
    await scene.readyNode(NODE);
    await boots('first-boot');
  });
  afterAll(async () => {
    await kubectl(scene.ctx, scene.lab, 'delete', 'clusterrole,clusterrolebinding', ROLE);
    await scene.close();
  });

  const boots = (bootID: string): Promise<unknown> => {
    const patch = { type: 'merge' as const, body: readyStatus(bootID) };
    return scene.kube.patch(nodes, NODE, patch, { subresource: 'status' });
  };

  /** On a machine without drives: nothing is to be set up, so the taint goes. */
  const setsUp = (bootID: string): Promise<void> => {
    const options = { cloudProvider: 'aws' as const, layout: layoutWithDefaults({ type: 'LVM' }) };
    const clock = systemClock();
    return setUpOnce(
      { ...options, nodeName: NODE, taintKeys: [STARTUP_TAINT_KEY], removeTaint: true, requireDrives: false },
      {
        host: withoutDrives(bootID),
        logger: createLogger(() => undefined, clock),
        ...{ clock, kube: () => Promise.resolve(kube), signal: new AbortController().signal },
      },
    );
  };

  const isTainted = async (): Promise<boolean> =>
    ((await scene.kube.get(nodes, NODE)).spec?.taints ?? []).some(({ key }) => key === STARTUP_TAINT_KEY);
  const tainted = (): Promise<true> =>
    scene.until('the taint', async () => ((await isTainted()) ? true : undefined));

  /** Enrol has looked at the node since it was touched: it works in the order of what it hears. */
  async function enrolHasLooked(marker: string): Promise<void> {
    const body = { metadata: { labels: { touched: marker } } };
    await scene.kube.patch(nodes, NODE, { type: 'merge', body });
    await scene.kube.create(nodes, scene.newNode(marker));
    await scene.until('enrol to have worked past it', () => scene.peek(nvmeNodes, marker));
  }

  it('has no other rights', async () => {
    await expect(kube.list(persistentVolumes, {})).rejects.toThrow('forbidden');
    await expect(kube.get(nvmeNodes, NODE)).rejects.toThrow('forbidden');
  });

  it('is not contradicted: the node that it made ready is not tainted again in that boot', async () => {
    await tainted();
    await setsUp('first-boot');
    expect(await isTainted()).toBe(false);
    await enrolHasLooked('one-shot-marker-1');
    expect(await isTainted()).toBe(false);
  });

  it('is waited for again after a reboot', async () => {
    await boots('second-boot');
    await tainted();
    await setsUp('second-boot');
    await enrolHasLooked('one-shot-marker-2');
    expect(await isTainted()).toBe(false);
  });

  it('is what takes the taint off: where a person did so before, it is put back, with an Event', async () => {
    await boots('third-boot');
    await tainted();
    const told = async (): Promise<number> => {
      const fieldSelector = `involvedObject.name=${NODE},reason=NVMeTainted`;
      const { items } = await scene.kube.list(events, { namespace: 'default', fieldSelector });
      return items.reduce((sum, { count = 1 }) => sum + count, 0);
    };
    const before = await scene.until('the Event of the reboot', async () =>
      (await told()) >= 2 ? told() : undefined,
    );
    await scene.kube.patch(nodes, NODE, { type: 'merge', body: { spec: { taints: null } } });
    await tainted();
    await scene.until('one more Event', async () => ((await told()) > before ? true : undefined));
  });
});
