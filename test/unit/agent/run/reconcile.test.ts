import { beforeEach, describe, expect, it } from 'vitest';
import { PAUSED, READY_BOOT_ID, STARTUP_TAINT_KEY } from '../../../../api/keys.ts';
import type { NVMeNode } from '../../../../api/node.ts';
import type { Snapshot } from '../../../../api/snapshot.ts';
import { NotYet } from '../../../../agent/run/observe.ts';
import { CommandError } from '../../../../agent/host/host.ts';
import { events, nodes, nvmeNodes, persistentVolumes } from '../../../../kube/resources.ts';
import { agentNode, BOOT, writesOf as writes, type AgentNode } from '../../../builders/agent-node.ts';
import { machine, type DriveOverrides } from '../../../builders/machine.ts';
import { KilledError, type FakeHost, type Kill } from '../../../fakes/host.ts';
import type { FakeKube } from '../../../fakes/kube.ts';

describe('one round of the agent', () => {
  let kube: FakeKube;
  let agent: AgentNode;
  const cluster = async (...given: Parameters<typeof agentNode>): Promise<void> => {
    agent = await agentNode(...given);
    ({ kube } = agent);
  };
  const hostWith = (drives: Record<string, DriveOverrides>, kill?: Kill) => agent.hostWith(drives, kill);
  const hostOf = (snapshot: Snapshot, kill?: Kill) => agent.hostOf(snapshot, kill);
  const round = (host: FakeHost, bootID?: string) => agent.round(host, bootID);
  const said = () => kube.objects(events).map(({ reason }) => reason);
  const live = async () => await kube.get(nodes, 'n1');
  const report = async (): Promise<NVMeNode> => await kube.get(nvmeNodes, 'n1');
  const isTainted = async () =>
    (await live()).spec?.taints?.some(({ key }) => key === STARTUP_TAINT_KEY) === true;

  beforeEach(async () => {
    await cluster({ drives: { minCount: 2 } });
  });

  it('sets blank drives up, publishes a volume each, and takes the taint off last', async () => {
    const host = await hostWith({ nvme1n1: {}, nvme2n1: {} });
    expect(await round(host)).toMatchObject({ ready: true, reason: 'VolumesPublished' });
    expect((await kube.listAll(persistentVolumes)).items).toHaveLength(2);
    expect(await isTainted()).toBe(false);
    expect((await live()).metadata?.annotations?.[READY_BOOT_ID]).toBe(BOOT);
    const order = kube.calls
      .filter(({ verb }) => verb === 'create' || verb === 'patch')
      .map((call) => call.resource);
    expect(order.lastIndexOf('persistentvolumes')).toBeLessThan(order.lastIndexOf('nodes'));
    expect((await report()).status?.progress).toBeUndefined();
  });

  it('writes nothing in a second round, neither to drives nor to the cluster', async () => {
    const host = await hostWith({ nvme1n1: {}, nvme2n1: {} });
    await round(host);
    const again = await hostOf(host.snapshot);
    kube.calls.length = 0;
    expect(await round(again)).toMatchObject({ ready: true });
    expect(writes(again)).toEqual([]);
    expect(kube.calls.filter(({ verb }) => !['get', 'list'].includes(verb))).toEqual([]);
  });

  it('converges after a kill at any change, with the volumes of an undisturbed run', async () => {
    const undisturbed = await hostWith({ nvme1n1: {}, nvme2n1: {} });
    await round(undisturbed);
    const expected = (await kube.listAll(persistentVolumes)).items
      .map(({ metadata }) => metadata?.name)
      .sort();
    for (let at = 0; at < undisturbed.changes; at += 1) {
      await cluster({ drives: { minCount: 2 } });
      const dying = await hostWith({ nvme1n1: {}, nvme2n1: {} }, { at, when: 'middle' });
      await expect(round(dying)).rejects.toThrow(KilledError);
      expect(await isTainted()).toBe(true);
      expect(await round(await hostOf(dying.snapshot))).toMatchObject({ ready: true });
      const names = (await kube.listAll(persistentVolumes)).items
        .map(({ metadata }) => metadata?.name)
        .sort();
      expect(names).toEqual(expected);
    }
  });

  it('leaves a drive with a filesystem alone, says so, and keeps the taint for want of drives', async () => {
    const host = await hostWith({ nvme1n1: { blkid: { TYPE: 'ext4', UUID: 'theirs' } }, nvme2n1: {} });
    expect(await round(host)).toMatchObject({ ready: false, reason: 'ExistingData' });
    expect(await isTainted()).toBe(true);
    expect(writes(host).some((line) => line.includes('nvme1n1'))).toBe(false);
    const { conditions = [], drives = [] } = (await report()).status ?? {};
    expect(conditions).toContainEqual(expect.objectContaining({ type: 'Refused', status: 'True' }));
    expect(drives.find(({ path }) => path === '/dev/nvme1n1')?.reason).toContain('ext4');
  });

  it('does nothing while the Node speaks of another boot', async () => {
    const host = await hostWith({ nvme1n1: {}, nvme2n1: {} });
    await expect(round(host, 'boot-2')).rejects.toThrow(NotYet);
    expect(writes(host)).toEqual([]);
  });

  it('does nothing while the NVMeNode is that of an earlier node of its name', async () => {
    const host = await hostWith({ nvme1n1: {}, nvme2n1: {} });
    const ownerReferences = [{ apiVersion: 'v1', kind: 'Node', name: 'n1', uid: 'of-the-machine-before' }];
    await kube.patch(nvmeNodes, 'n1', { type: 'merge', body: { metadata: { ownerReferences } } });
    await expect(round(host)).rejects.toThrow(NotYet);
    expect(writes(host)).toEqual([]);
  });

  it('touches no blank drive of a paused node', async () => {
    await cluster({}, {}, { [PAUSED]: '{}' });
    const host = await hostWith({ nvme1n1: {} });
    expect(await round(host)).toMatchObject({ ready: false, reason: 'PausedByUser' });
    expect(writes(host)).toEqual([]);
  });

  it('waits for a request under a Manual profile, and carries it out once', async () => {
    await cluster({ setup: 'Manual' });
    const waiting = await hostWith({ nvme1n1: {} });
    expect(await round(waiting)).toMatchObject({ ready: false, reason: 'WaitingForRequest' });
    expect(writes(waiting)).toEqual([]);
    const request = { id: 'r1', type: 'setup' as const };
    await kube.patch(nvmeNodes, 'n1', { type: 'merge', body: { spec: { request } } });
    expect(await round(waiting)).toMatchObject({ ready: true });
    expect((await report()).status?.observedRequestID).toBe('r1');
  });

  it('refuses a request whose plan is no longer the plan', async () => {
    await cluster({ setup: 'Manual' }, { request: { id: 'r1', type: 'setup', planID: 'stale' } });
    const host = await hostWith({ nvme1n1: {} });
    expect(await round(host)).toMatchObject({ ready: false, reason: 'PlanChanged' });
    expect(writes(host)).toEqual([]);
  });

  it('sets nothing up when the drives change between the plan and the lock', async () => {
    const host = await hostWith({ nvme1n1: {}, nvme2n1: {} });
    const lock = host.withWriteLock.bind(host);
    host.withWriteLock = async (ms, work) => {
      host.snapshot = machine({
        drives: { nvme1n1: { blkid: { TYPE: 'xfs' } }, nvme2n1: {} },
        snapshot: { bootID: BOOT },
      });
      return await lock(ms, work);
    };
    expect(await round(host)).toMatchObject({ ready: false, reason: 'PlanChanged' });
    expect(writes(host)).toEqual([]);
  });

  it('goes on with a request that a crash cut off right after it was taken', async () => {
    const request = { id: 'r1', type: 'setup' as const };
    await cluster({ setup: 'Manual' }, { request });
    const dying = await hostWith({ nvme1n1: {} }, { at: 0, when: 'before' });
    await expect(round(dying)).rejects.toThrow(KilledError);
    expect((await report()).status).toMatchObject({ observedRequestID: 'r1', progress: { step: 1, of: 3 } });
    expect(await round(await hostOf(dying.snapshot))).toMatchObject({ ready: true });
  });

  it('tells of an expired request until there is a new one', async () => {
    await cluster({ setup: 'Manual' }, { request: { id: 'r1', type: 'setup', planID: 'stale' } });
    const host = await hostWith({ nvme1n1: {} });
    await round(host);
    expect(await round(host)).toMatchObject({ reason: 'PlanChanged' });
    const planID = (await report()).status?.plan?.id ?? '';
    const request = { id: 'r2', type: 'setup' as const, planID };
    await kube.patch(nvmeNodes, 'n1', { type: 'merge', body: { spec: { request } } });
    expect(await round(host)).toMatchObject({ ready: true });
  });

  it('sets nothing up when a person pauses the node between the plan and the lock', async () => {
    const host = await hostWith({ nvme1n1: {}, nvme2n1: {} });
    const lock = host.withWriteLock.bind(host);
    host.withWriteLock = async (ms, work) => {
      const body = { metadata: { annotations: { [PAUSED]: '{}' } } };
      await kube.patch(nodes, 'n1', { type: 'merge', body });
      return await lock(ms, work);
    };
    expect(await round(host)).toMatchObject({ ready: false, reason: 'PlanChanged' });
    expect(writes(host)).toEqual([]);
  });

  it('reports a machine that cannot be read, keeps what it knew of it, and comes back', async () => {
    const host = await hostWith({ nvme1n1: {}, nvme2n1: {} });
    await round(host);
    const { drives } = (await report()).status ?? {};
    const broken = await hostOf(host.snapshot);
    Object.defineProperty(broken, 'snapshot', {
      get: () => {
        throw new Error('lsblk: broken');
      },
    });
    expect(await round(broken)).toMatchObject({ ready: false, reason: 'DiscoveryFailed' });
    const { status } = await report();
    expect(status?.conditions).toContainEqual(
      expect.objectContaining({ type: 'Discovered', status: 'False', message: 'lsblk: broken' }),
    );
    expect(status?.drives).toEqual(drives);
    expect(await isTainted()).toBe(false);
    expect(await round(await hostOf(host.snapshot))).toMatchObject({ ready: true });
  });

  it('says what it does in Events, and nothing twice', async () => {
    const host = await hostWith({ nvme1n1: {}, nvme2n1: { blkid: { TYPE: 'ext4' } } });
    await cluster({});
    await round(host);
    await round(await hostOf(host.snapshot));
    expect(said().sort()).toEqual(['NVMeReady', 'NVMeRefused', 'NVMeSetupStarted', 'NVMeVolumePublished']);
  });

  it('says once why a step failed, and tries again', async () => {
    const host = await hostWith({ nvme1n1: {}, nvme2n1: {} });
    const outcome = { exitCode: 1, stderr: 'I/O error', timedOut: false };
    host.failures.set('mkfs', new CommandError(['mkfs'], outcome));
    expect(await round(host)).toMatchObject({ ready: false, reason: 'StepFailed' });
    expect(await round(host)).toMatchObject({ ready: false, reason: 'StepFailed' });
    expect(said().filter((reason) => reason === 'NVMeSetupFailed')).toHaveLength(1);
    host.failures.clear();
    expect(await round(host)).toMatchObject({ ready: true });
  });

  it('says aloud that the taint cannot be removed, and fails', async () => {
    const host = await hostWith({ nvme1n1: {}, nvme2n1: {} });
    const race = () => kube.change(nodes, 'n1', (node) => node.spec?.taints?.push(anotherTaint()));
    let keys = 0;
    const anotherTaint = () => ({ key: `other-${(keys += 1)}`, effect: 'NoSchedule' });
    kube.before('patch', 'nodes', race, 100);
    await expect(round(host)).rejects.toThrow(/pods stay away/);
    expect(said()).toContain('NVMeTaintStuck');
    expect(await isTainted()).toBe(true);
  });
});
