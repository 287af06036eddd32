import { beforeEach, describe, expect, it } from 'vitest';
import { PAUSED, READY_BOOT_ID, READY_LABEL, TAINTED } from '../../../../api/keys.ts';
import { CommandError } from '../../../../agent/host/host.ts';
import { pauseOf } from '../../../../api/pause.ts';
import { persistentVolumes } from '../../../../kube/resources.ts';
import { BOOT, writesOf } from '../../../builders/agent-node.ts';
import { AgentScene } from '../../../builders/agent-scene.ts';
import { machine } from '../../../builders/machine.ts';
import { KilledError, type FakeHost, type Kill } from '../../../fakes/host.ts';

const DRIVES = { nvme1n1: {}, nvme2n1: {} };

describe('a reset', () => {
  let scene: AgentScene;
  let host: FakeHost;

  /** A node whose drives are set up and published. */
  async function readyNode(spec: Parameters<typeof AgentScene.create>[0] = {}): Promise<void> {
    scene = await AgentScene.create(spec);
    const first = await scene.hostWith(DRIVES);
    await scene.round(first);
    host = await scene.hostOf(first.snapshot);
  }
  const planID = async () => (await scene.report()).status?.resetPlan?.id ?? '';
  const order = async (id = 'r1') => scene.order({ id, type: 'reset', planID: await planID() });
  const states = async () =>
    ((await scene.report()).status?.drives ?? [])
      .filter(({ role }) => role === 'Local')
      .map(({ state }) => state);
  const isDone = async () => {
    expect(scene.volumes()).toEqual([]);
    expect(await states()).toEqual(['Free', 'Free']);
    expect((await scene.report()).status).toMatchObject({ observedRequestID: 'r1' });
    expect((await scene.report()).status?.progress).toBeUndefined();
    expect(pauseOf((await scene.node()).metadata?.annotations)).toMatchObject({ by: 'nvme-agent' });
    expect(await scene.isTainted()).toBe(true);
  };

  beforeEach(() => readyNode());

  it('shows its plan before anyone asks: the volumes and drives that would go', async () => {
    const { steps, candidates } = (await scene.report()).status?.resetPlan ?? {};
    expect(candidates).toEqual(['/dev/nvme1n1', '/dev/nvme2n1']);
    const names = steps?.map(({ name }) => name) ?? [];
    expect(names.filter((name) => /^delete PersistentVolume .* \(Available\)$/.test(name))).toHaveLength(2);
    expect(names).toContain('wipe the signatures of /dev/nvme1n1');
  });

  it('leaves raw drives and a paused, tainted node, and says so', async () => {
    await order();
    expect(await scene.round(host)).toMatchObject({ ready: false, reason: 'Reset' });
    await isDone();
    const { annotations = {}, labels = {} } = (await scene.node()).metadata ?? {};
    expect(annotations[READY_BOOT_ID]).toBe('');
    expect(annotations[TAINTED]).toContain('disk-unconfigured:NoSchedule');
    expect(labels[READY_LABEL]).toBeUndefined();
    expect(await scene.condition('Paused')).toMatchObject({ status: 'True', reason: 'Reset' });
    expect(scene.said()).toEqual(expect.arrayContaining(['NVMeResetStarted', 'NVMeReset']));
  });

  it('pauses first, then deletes the volumes, and writes to drives last', async () => {
    await order();
    scene.kube.calls.length = 0;
    let volumesAtFirstWrite: number | undefined;
    host.onWrite = () => void (volumesAtFirstWrite ??= scene.volumes().length);
    await scene.round(host);
    expect(volumesAtFirstWrite).toBe(0);
    const calls = scene.kube.calls.map(({ verb, resource }) => `${verb} ${resource}`);
    const [observed, paused, deleted] = [
      'patch nvmenodes/status',
      'patch nodes',
      'delete persistentvolumes',
    ].map((call) => calls.findIndex((one) => one.startsWith(call)));
    expect(observed).toBeLessThan(paused ?? 0);
    expect(paused).toBeLessThan(deleted ?? 0);
  });

  it('is carried out once: the node stays raw until a person ends the pause', async () => {
    await order();
    await scene.round(host);
    const raw = await scene.hostOf(host.snapshot);
    expect(await scene.round(raw)).toMatchObject({ ready: false, reason: 'Reset' });
    expect(writesOf(raw)).toEqual([]);
    await scene.annotate({ [PAUSED]: null });
    expect(await scene.round(raw)).toMatchObject({ ready: true });
    expect(scene.volumes()).toHaveLength(2);
    expect(await scene.isTainted()).toBe(false);
  });

  it.each(['before', 'middle', 'after'] as const)(
    'ends the same when the agent is killed %s any change to the machine',
    async (when) => {
      await order();
      await scene.round(host);
      const changes = host.changes;
      expect(changes).toBeGreaterThan(6);
      for (let at = 0; at < changes; at += 1) {
        await readyNode();
        await order();
        const dying = await scene.hostOf(host.snapshot, { at, when } satisfies Kill);
        await expect(scene.round(dying)).rejects.toThrow(KilledError);
        // The first change is the record of the order, before anything is done.
        expect(await scene.isTainted()).toBe(at > 0);
        await scene.round(dying.revive());
        await isDone();
      }
    },
    20_000,
  );

  it.each<['patch' | 'delete', string]>([
    ['patch', 'nvmenodes'],
    ['patch', 'nodes'],
    ['delete', 'persistentvolumes'],
  ])('ends the same when the agent dies with its first %s of %s', async (method, resource) => {
    await order();
    scene.kube.before(method, resource, () => host.kill());
    await expect(scene.round(host)).rejects.toThrow(KilledError);
    await scene.round(host.revive());
    await isDone();
  });

  it.each<[string, () => Promise<void>, string]>([
    ['has no plan ID', () => scene.order({ id: 'r1', type: 'reset' }), 'with the ID of its plan'],
    [
      'is for another plan',
      () => scene.order({ id: 'r1', type: 'reset', planID: 'old' }),
      'it was for plan old, and the plan is',
    ],
    [
      'comes to a node that a person paused',
      async () => {
        await scene.annotate({ [PAUSED]: '{"by":"alice","why":"maintenance"}' });
        await order();
      },
      'paused by alice: maintenance',
    ],
    [
      'comes when a claim has taken a volume since',
      async () => {
        await order();
        bind();
      },
      'it was for plan',
    ],
  ])('is refused when it %s, and the node stays ready', async (_, ask, why) => {
    await ask();
    expect(await scene.round(host)).toMatchObject({ ready: true });
    expect(writesOf(host)).toEqual([]);
    expect(scene.volumes()).toHaveLength(2);
    const refused = await scene.condition('Refused');
    expect(refused).toMatchObject({ status: 'True', reason: 'RequestRefused' });
    expect(refused.message).toContain(`request r1 was refused: `);
    expect(refused.message).toContain(why);
    await scene.round(host);
    expect(await scene.condition('Refused')).toEqual(refused);
    expect((await scene.report()).status?.observedRequestID).toBe('r1');
  });

  it('is refused while a volume is Bound, and names the claim', async () => {
    bind();
    await scene.round(host);
    await order();
    await scene.round(host);
    expect((await scene.condition('Refused')).message).toContain('claim default/data holds PersistentVolume');
    expect(writesOf(host)).toEqual([]);
    expect(pauseOf((await scene.node()).metadata?.annotations)).toBeUndefined();
  });

  it('stops when a volume is claimed before it is deleted, and wipes nothing', async () => {
    await order();
    scene.kube.before('delete', 'persistentvolumes', () => bind());
    expect(await scene.round(host)).toMatchObject({ ready: false });
    expect(writesOf(host)).toEqual([]);
    expect((await scene.condition('Refused')).message).toContain('holds PersistentVolume');
    expect((await scene.report()).status?.progress).toBeUndefined();
  });

  it('wipes no drive that carries something else than when it was ordered', async () => {
    await order();
    const foreign = machine({ drives: { nvme1n1: { blkid: { TYPE: 'xfs', UUID: 'x' } } } });
    scene.kube.before('delete', 'persistentvolumes', () => {
      const blkid = { ...host.snapshot.blkid, '/dev/nvme1n1': { TYPE: 'xfs', UUID: 'theirs' } };
      host.snapshot = { ...host.snapshot, blkid, mountinfo: foreign.mountinfo ?? '' };
    });
    await scene.round(host);
    expect(writesOf(host).filter((line) => line.includes('NVME1N1'))).toEqual([]);
    expect(host.snapshot.blkid?.['/dev/nvme1n1']).toMatchObject({ UUID: 'theirs' });
  });

  it('wipes nothing that the kernel calls busy, and goes on once it is not', async () => {
    await order();
    host.busy.add('/dev/nvme1n1');
    expect(await scene.round(host)).toMatchObject({ ready: false, reason: 'ExistingData' });
    expect(host.snapshot.blkid?.['/dev/nvme1n1']).toMatchObject({ TYPE: 'ext4' });
    expect(scene.volumes()).toEqual([]);
    host.busy.clear();
    await scene.round(host);
    await isDone();
  });

  it('is not carried out once more when the set-up after it fails', async () => {
    await order();
    await scene.round(host);
    await scene.annotate({ [PAUSED]: null });
    const again = await scene.hostOf(host.snapshot);
    const failure = { exitCode: 1, stderr: 'I/O error', timedOut: false };
    again.failures.set('mkfs.ext4', new CommandError(['mkfs.ext4'], failure));
    expect(await scene.round(again)).toMatchObject({ ready: false, reason: 'StepFailed' });
    expect((await scene.report()).status?.progress).toBeDefined();
    const later = await scene.hostOf(again.snapshot);
    expect(await scene.round(later)).toMatchObject({ ready: true });
    expect((await scene.node()).metadata?.annotations?.[PAUSED]).toBeUndefined();
    expect(writesOf(later).some((line) => line.startsWith('!wipefs'))).toBe(false);
    expect(scene.volumes()).toHaveLength(2);
  });

  it('ends a person’s pause of nobody: one that comes in the middle stops it', async () => {
    await order();
    scene.kube.before('delete', 'persistentvolumes', () => {
      scene.kube.change(persistentVolumes, scene.volumes()[0]?.metadata?.name ?? '', ({ metadata }) => {
        if (metadata) metadata.finalizers = ['kubernetes.io/pv-protection'];
      });
    });
    await scene.round(host);
    expect((await scene.report()).status?.progress).toBeDefined();
    await scene.annotate({ [PAUSED]: '{"by":"alice","why":"wait"}' });
    await scene.round(host);
    expect((await scene.condition('Refused')).message).toContain('paused by alice: wait');
    expect(writesOf(host)).toEqual([]);
  });

  it('takes an array apart, and it can be made again', async () => {
    await readyNode({ layout: { type: 'RAID' } });
    await order();
    await scene.round(host);
    expect(writesOf(host).map((line) => line.split(' ')[0])).toEqual([
      ...['!umount', '!mdadm', '!wipefs', '!wipefs', '!blkdiscard', '!blkdiscard'],
    ]);
    await isDone();
    await scene.annotate({ [PAUSED]: null });
    expect(await scene.round(await scene.hostOf(host.snapshot))).toMatchObject({ ready: true });
  });

  it('takes an array apart that lost a drive, although its volume, the proof, goes first', async () => {
    await readyNode({ layout: { type: 'RAID' } });
    const { blockdevices } = host.snapshot.lsblk;
    const left = { blockdevices: blockdevices.filter(({ name }) => name !== 'nvme2n1') };
    host = await scene.hostOf({ ...host.snapshot, lsblk: left });
    await scene.round(host);
    await order();
    expect(await scene.round(host)).toMatchObject({ ready: false, reason: 'Reset' });
    expect(await states()).toEqual(['Free']);
    expect(host.snapshot.begun).toEqual([]);
    expect(scene.volumes()).toEqual([]);
  });

  it('is not called done while a drive is not raw', async () => {
    await order();
    scene.kube.before('delete', 'persistentvolumes', () => {
      const blkid = { ...host.snapshot.blkid, '/dev/nvme1n1': { TYPE: 'xfs', UUID: 'theirs' } };
      host.snapshot = { ...host.snapshot, blkid, mountinfo: '' };
    });
    await scene.round(host);
    expect((await scene.condition('Refused')).message).toContain('/dev/nvme1n1 is not raw');
    expect(scene.said()).not.toContain('NVMeReset');
  });

  /** A claim takes the first volume. */
  function bind(): void {
    scene.kube.change(persistentVolumes, scene.volumes()[0]?.metadata?.name ?? '', (volume) => {
      volume.status = { phase: 'Bound' };
      if (volume.spec) volume.spec.claimRef = { namespace: 'default', name: 'data', uid: 'u' };
    });
  }

  it('acts only in the boot that the Node speaks of', async () => {
    await order();
    await expect(scene.round(host, `${BOOT}-next`)).rejects.toThrow(/this boot is/);
    expect(writesOf(host)).toEqual([]);
  });
});
