import { beforeEach, describe, expect, it } from 'vitest';
import { DEGRADED, LOST } from '../../../../api/keys.ts';
import { persistentVolumes } from '../../../../kube/resources.ts';
import { CommandError } from '../../../../agent/host/host.ts';
import { BOOT, writesOf } from '../../../builders/agent-node.ts';
import { AgentScene } from '../../../builders/agent-scene.ts';
import { machine } from '../../../builders/machine.ts';
import type { FakeHost } from '../../../fakes/host.ts';

const DRIVES = { nvme1n1: {}, nvme2n1: {} };
const raw = () => machine({ drives: DRIVES, snapshot: { bootID: BOOT } });

describe('a node that lost something', () => {
  let scene: AgentScene;
  let host: FakeHost;
  const marks = () => scene.volumes().map(({ metadata }) => metadata?.annotations?.[LOST]);
  const reasons = () => scene.volumes().map(({ metadata }) => metadata?.annotations?.[DEGRADED]);

  beforeEach(async () => {
    scene = await AgentScene.create({ drives: { minCount: 1 } });
    const first = await scene.hostWith(DRIVES);
    await scene.round(first);
    host = await scene.hostOf(first.snapshot);
  });

  /** The machine without its second drive; its filesystem is still in the table of mounts. */
  const pull = () => {
    const { blockdevices } = host.snapshot.lsblk;
    const left = blockdevices.filter(({ name }) => name !== 'nvme2n1');
    host.snapshot = { ...host.snapshot, lsblk: { blockdevices: left } };
  };

  it('marks volumes lost for this boot when all drives came back blank, and sets nothing up over them', async () => {
    const blank = await scene.hostOf(raw());
    expect(await scene.round(blank)).toMatchObject({ ready: false, reason: 'ExistingData' });
    expect(marks()).toEqual([BOOT, BOOT]);
    expect(writesOf(blank)).toEqual([]);
    expect(await scene.condition('Degraded')).toMatchObject({ status: 'True', reason: 'VolumeLost' });
    const states = (await scene.report()).status?.volumes?.map(({ state }) => state);
    expect(states).toEqual(['Lost', 'Lost']);
    expect(scene.said()).toContain('NVMeDegraded');
  });

  it('makes new volumes once clean-up has taken the lost ones away', async () => {
    const blank = await scene.hostOf(raw());
    await scene.round(blank);
    const lost = scene.volumes().map(({ metadata }) => metadata?.uid);
    for (const { metadata } of scene.volumes()) scene.kube.remove(persistentVolumes, metadata?.name ?? '');
    expect(await scene.round(await scene.hostOf(blank.snapshot))).toMatchObject({ ready: true });
    const now = scene.volumes().map(({ metadata }) => metadata?.uid);
    expect(now).toHaveLength(2);
    expect(now.filter((uid) => lost.includes(uid))).toEqual([]);
  });

  it('marks nothing while udev is still busy', async () => {
    const blank = await scene.hostOf(raw());
    const outcome = { exitCode: 1, stderr: 'timed out', timedOut: false };
    blank.failures.set('udevadm settle', new CommandError(['udevadm'], outcome));
    await scene.round(blank);
    expect(marks()).toEqual([undefined, undefined]);
    expect(reasons()[0]).toContain('udev has not settled');
  });

  it('marks nothing that a second look does not prove again', async () => {
    const blank = await scene.hostOf(raw());
    const run = blank.run.bind(blank);
    blank.run = async (command, options) => {
      if (command[1] === 'settle') blank.snapshot = host.snapshot;
      return await run(command, options);
    };
    await scene.round(blank);
    expect(marks()).toEqual([undefined, undefined]);
  });

  it('takes the mark off when the proof no longer holds, and when the volume is back', async () => {
    const blank = await scene.hostOf(raw());
    await scene.round(blank);
    blank.snapshot = { ...raw(), lsblk: { blockdevices: raw().lsblk.blockdevices.slice(0, 2) } };
    await scene.round(blank);
    expect(marks()).toEqual([undefined, undefined]);
    expect(reasons().join()).toContain('is gone');
    await scene.round(host);
    expect([...marks(), ...reasons()]).toEqual([undefined, undefined, undefined, undefined]);
  });

  it('names a drive that is pulled, marks its volume, and goes on with the rest', async () => {
    pull();
    expect(await scene.round(host)).toMatchObject({ ready: true });
    const degraded = await scene.condition('Degraded');
    expect(degraded).toMatchObject({ status: 'True', reason: 'DriveMissing' });
    expect(degraded.message).toContain('AWSNVME2N1 is gone');
    expect(reasons().filter((reason) => reason?.includes('AWSNVME2N1 is gone'))).toHaveLength(1);
    expect(marks()).toEqual([undefined, undefined]);
    const states = (await scene.report()).status?.volumes?.map(({ state }) => state).sort();
    expect(states).toEqual(['Available', 'Failed']);
  });

  it('writes nothing in a second look at the same trouble', async () => {
    pull();
    await scene.round(host);
    scene.kube.calls.length = 0;
    await scene.round(host);
    expect(scene.kube.writes).toEqual([]);
  });
});
