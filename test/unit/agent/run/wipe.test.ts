import { beforeEach, describe, expect, it } from 'vitest';
import { CommandError } from '../../../../agent/host/host.ts';
import { READY_BOOT_ID } from '../../../../api/keys.ts';
import { BOOT, writesOf } from '../../../builders/agent-node.ts';
import { AgentScene } from '../../../builders/agent-scene.ts';
import { machine } from '../../../builders/machine.ts';
import { KilledError, type FakeHost } from '../../../fakes/host.ts';

const THEIRS = { TYPE: 'ext4', UUID: '0f5d3c1e-7a58-4f2c-9b1d-1f2e3d4c5b6a' };

const failed = new CommandError(['wipefs'], { exitCode: 1, stderr: 'Input/output error', timedOut: false });

describe('existingData Wipe', () => {
  let scene: AgentScene;
  let host: FakeHost;
  const snapshot = (blkid: Record<string, string> = THEIRS) =>
    machine({ drives: { nvme1n1: { blkid }, nvme2n1: {} }, snapshot: { bootID: BOOT } });
  const planID = async () => (await scene.report()).status?.plan?.id ?? '';
  const found = () => host.snapshot.blkid?.['/dev/nvme1n1'];

  beforeEach(async () => {
    scene = await AgentScene.create({ existingData: 'Wipe' });
    host = await scene.hostOf(snapshot());
    await scene.round(host);
  });

  it('sets the blank drive up, and leaves the other alone until a person orders the plan', async () => {
    expect(found()).toEqual(THEIRS);
    expect(scene.volumes()).toHaveLength(1);
    await scene.order({ id: 'r1', type: 'setup', planID: await planID() });
    expect(await scene.round(host)).toMatchObject({ ready: true });
    expect(found()).not.toEqual(THEIRS);
    expect(scene.volumes()).toHaveLength(2);
    expect((await scene.report()).status?.progress).toBeUndefined();
  });

  it.each<[string, () => Promise<void>]>([
    ['an order without the plan’s ID', () => scene.order({ id: 'r1', type: 'setup' })],
    ['a stale one', () => scene.order({ id: 'r1', type: 'setup', planID: 'stale' })],
  ])('wipes nothing on %s', async (_, ask) => {
    await ask();
    await scene.round(host);
    expect(found()).toEqual(THEIRS);
  });

  it('wipes nothing when the drive changed since it was looked at', async () => {
    await scene.order({ id: 'r1', type: 'setup', planID: await planID() });
    const blkid = { ...THEIRS, UUID: 'another' };
    host.snapshot = { ...host.snapshot, blkid: { ...host.snapshot.blkid, '/dev/nvme1n1': blkid } };
    await scene.round(host);
    expect(found()).toEqual(blkid);
    expect((await scene.condition('Refused')).reason).toBe('RequestRefused');
  });

  it('wipes nothing that the kernel calls busy', async () => {
    await scene.order({ id: 'r1', type: 'setup', planID: await planID() });
    host.busy.add('/dev/nvme1n1');
    expect(await scene.round(host)).toMatchObject({ ready: false, reason: 'ExistingData' });
    expect(found()).toEqual(THEIRS);
  });

  it('wipes nothing that was busy by the same order once it is free: it may have been written to', async () => {
    await scene.order({ id: 'r1', type: 'setup', planID: await planID() });
    host.busy.add('/dev/nvme1n1');
    await scene.round(host);
    const refused = await scene.condition('Refused');
    expect([refused.reason, refused.message]).toEqual([
      'RequestRefused',
      expect.stringContaining('in use (EBUSY)'),
    ]);
    expect((await scene.report()).status?.progress).toBeUndefined();
    host.busy.delete('/dev/nvme1n1');
    await scene.round(host);
    expect(found()).toEqual(THEIRS);
    await scene.order({ id: 'r2', type: 'setup', planID: await planID() });
    await scene.round(host);
    expect(found()).not.toEqual(THEIRS);
  });

  it('tries an order whose program failed again, as long as the drive is what was given up', async () => {
    host.failures.set('wipefs', failed);
    await scene.order({ id: 'r1', type: 'setup', planID: await planID() });
    expect(await scene.round(host)).toMatchObject({ ready: false, reason: 'StepFailed' });
    expect(found()).toEqual(THEIRS);
    host.failures.clear();
    expect(await scene.round(host)).toMatchObject({ ready: true });
    expect(found()).not.toEqual(THEIRS);
    expect((await scene.report()).status?.progress).toBeUndefined();
  });

  it('wipes nothing by an order whose program failed when the drive carries something else by then', async () => {
    host.failures.set('wipefs', failed);
    await scene.order({ id: 'r1', type: 'setup', planID: await planID() });
    await scene.round(host);
    host.failures.clear();
    const blkid = { ...THEIRS, UUID: 'another' };
    host.snapshot = { ...host.snapshot, blkid: { ...host.snapshot.blkid, '/dev/nvme1n1': blkid } };
    await scene.round(host);
    await scene.round(host);
    expect(found()).toEqual(blkid);
  });

  it('gives leave for one order only: the next drive needs another', async () => {
    await scene.order({ id: 'r1', type: 'setup', planID: await planID() });
    await scene.round(host);
    const late = machine({
      drives: { nvme1n1: {}, nvme2n1: {}, nvme3n1: { blkid: THEIRS } },
      snapshot: { bootID: BOOT },
    });
    const { lsblk, byId, blkid, samples, holders, nvme } = late;
    host.snapshot = {
      ...host.snapshot,
      lsblk: { blockdevices: [...host.snapshot.lsblk.blockdevices, ...lsblk.blockdevices.slice(3)] },
      byId: { ...byId, ...host.snapshot.byId },
      blkid: { ...blkid, ...host.snapshot.blkid },
      samples: { ...samples, ...host.snapshot.samples },
      holders: { ...holders, ...host.snapshot.holders },
      nvme: { ...nvme, ...host.snapshot.nvme },
    };
    await scene.round(host);
    expect(host.snapshot.blkid?.['/dev/nvme3n1']).toEqual(THEIRS);
  });

  it('ends the same when the agent is killed at any change', async () => {
    const fresh = async (kill?: { at: number; when: 'middle' }) => {
      scene = await AgentScene.create({ existingData: 'Wipe' });
      const first = await scene.hostOf(snapshot());
      await scene.round(first);
      const id = await planID();
      await scene.order({ id: 'r1', type: 'setup', planID: id });
      return await scene.hostOf(first.snapshot, kill);
    };
    const undisturbed = await fresh();
    await scene.round(undisturbed);
    expect(undisturbed.changes).toBeGreaterThan(4);
    for (let at = 0; at < undisturbed.changes; at += 1) {
      const dying = await fresh({ at, when: 'middle' });
      await expect(scene.round(dying)).rejects.toThrow(KilledError);
      expect(await scene.round(dying.revive())).toMatchObject({ ready: true });
      expect(scene.volumes()).toHaveLength(2);
    }
  });
});

it('wipes an empty filesystem without asking only on a node that was never ready', async () => {
  for (const annotations of [{}, { [READY_BOOT_ID]: '' }]) {
    const scene = await AgentScene.create({ existingData: 'Wipe' }, {}, annotations);
    const snapshot = machine({
      drives: { nvme1n1: { blkid: THEIRS } },
      snapshot: { bootID: BOOT, entries: { '/dev/nvme1n1': ['lost+found'] } },
    });
    const host = await scene.hostOf(snapshot);
    await scene.round(host);
    const isNew = !(READY_BOOT_ID in annotations);
    expect(writesOf(host).some((line) => line.startsWith('!wipefs'))).toBe(isNew);
  }
});

it('goes on with an order that gives nothing up when a blank drive is no longer busy', async () => {
  const scene = await AgentScene.create({ setup: 'Manual' });
  const host = await scene.hostWith({ nvme1n1: {}, nvme2n1: {} });
  await scene.order({ id: 'r1', type: 'setup' });
  host.busy.add('/dev/nvme1n1');
  expect(await scene.round(host)).toMatchObject({ ready: false, reason: 'ExistingData' });
  await scene.round(await scene.hostOf(host.snapshot));
  expect(scene.volumes()).toHaveLength(2);
});
