import { describe, expect, it } from 'vitest';
import { PAUSED } from '../../../../api/keys.ts';
import type { CleanMethod } from '../../../../agent/recycle/decide.ts';
import { nodes, persistentVolumeClaims, persistentVolumes } from '../../../../kube/resources.ts';
import { VolumeScene } from '../../../builders/volume-scene.ts';
import { claim } from '../../../builders/objects.ts';

const METHODS: [CleanMethod, 'Filesystem' | 'Block'][] = [
  ['Delete', 'Filesystem'],
  ['Reformat', 'Filesystem'],
  ['Discard', 'Filesystem'],
  ['Zero', 'Filesystem'],
  ['Discard', 'Block'],
  ['Zero', 'Block'],
];

/** More changes to the machine than any cleaning makes. */
const MOST_CHANGES = 40;

describe('recycling a released volume', () => {
  it.each(METHODS)('by %s of %s leaves nothing of the data and publishes it anew', async (method, type) => {
    const scene = await VolumeScene.released(method, type);
    const before = scene.volume;
    expect(scene.remains).not.toEqual([]);
    await scene.round();
    expect(scene.remains).toEqual([]);
    await scene.round();
    const { metadata, status, spec } = scene.volume ?? {};
    expect([metadata?.name, status?.phase, spec?.claimRef]).toEqual([
      before?.metadata?.name,
      'Available',
      undefined,
    ]);
    expect(metadata?.uid).not.toBe(before?.metadata?.uid);
    expect(await scene.status()).toMatchObject({ state: 'Available' });
    expect(scene.said()).toContain('NVMeVolumeCleaned');
  });

  it.each(METHODS)('by %s of %s is ended after a kill at any change', async (method, type) => {
    for (const when of ['before', 'middle', 'after'] as const) {
      for (let at = 0; at < MOST_CHANGES; at += 1) {
        const scene = await VolumeScene.released(method, type);
        const died = await scene.die({ at, when });
        if (!died) {
          expect(at).toBeGreaterThan(0);
          break;
        }
        if (scene.volume?.status?.phase === 'Available') expect(scene.remains).toEqual([]);
        await scene.afterKill();
        for (let round = 0; round < 4; round += 1) await scene.round();
        expect([scene.volume?.status?.phase, scene.remains]).toEqual(['Available', []]);
        expect(scene.volume?.spec?.claimRef).toBeUndefined();
        expect((await scene.status())?.state).toBe('Available');
      }
    }
  });

  it('publishes a filesystem in the round that has cleaned it, without another look at the machine', async () => {
    const scene = await VolumeScene.released('Delete');
    const before = scene.volume?.metadata?.uid;
    await scene.round();
    expect(scene.volume?.spec?.local?.path).toMatch(/^\/pv-disks\//);
    expect(scene.volume?.metadata?.uid).not.toBe(before);
    expect(scene.said()).toContain('NVMeVolumePublished');
  });

  it('publishes nothing on a node that was paused while it was cleaned', async () => {
    const scene = await VolumeScene.released('Delete');
    const remove = scene.kube.delete.bind(scene.kube);
    scene.kube.delete = async (...args) => {
      await remove(...args);
      scene.kube.change(nodes, 'n1', ({ metadata }) => {
        if (metadata) metadata.annotations = { ...metadata.annotations, [PAUSED]: '{}' };
      });
    };
    await scene.round();
    expect([scene.volume, scene.remains]).toEqual([undefined, []]);
  });

  it('leaves the publication to the next round when the cluster does not answer', async () => {
    const scene = await VolumeScene.released('Delete');
    const create = scene.kube.create.bind(scene.kube);
    scene.kube.create = async (type, ...rest) => {
      if (type.kind === 'PersistentVolume') throw new Error('connection reset');
      return await create(type, ...rest);
    };
    await scene.round();
    expect([scene.volume, scene.remains]).toEqual([undefined, []]);
    scene.kube.create = create;
    await scene.round();
    expect(await scene.status()).toMatchObject({ state: 'Available' });
  });

  it('tells that it is cleaning while it does', async () => {
    const scene = await VolumeScene.released('Delete');
    let state: string | undefined;
    const { host } = scene;
    const rename = host.rename.bind(host);
    host.rename = async (from, to) => {
      state = (await scene.status())?.state;
      await rename(from, to);
    };
    await scene.round();
    expect(state).toBe('Cleaning');
  });

  describe('touches nothing', () => {
    const cases: [string, (scene: VolumeScene) => unknown, string | undefined][] = [
      [
        'of a volume that is to be kept',
        (scene) => scene.changeVolume(({ spec }) => spec && (spec.persistentVolumeReclaimPolicy = 'Retain')),
        'Retain',
      ],
      [
        'of a paused node',
        (scene) =>
          scene.kube.change(nodes, 'n1', ({ metadata }) => {
            if (metadata) metadata.annotations = { ...metadata.annotations, [PAUSED]: '{}' };
          }),
        'paused',
      ],
      [
        'while the claim lives',
        async (scene) => {
          const { metadata } = await scene.kube.create(persistentVolumeClaims, claim());
          scene.changeVolume(({ spec }) => spec?.claimRef && (spec.claimRef.uid = metadata?.uid ?? ''));
        },
        'still exists',
      ],
      [
        'of a volume that names no claim by UID',
        (scene) => scene.changeVolume(({ spec }) => delete spec?.claimRef?.uid),
        'which claim',
      ],
      ['without a word how', (scene) => scene.annotateClean(undefined), 'missing'],
      ['by a method that is none', (scene) => scene.annotateClean('Burn'), '"Burn"'],
      [
        'that the host has mounted elsewhere',
        ({ host }) => {
          const own = (host.snapshot.mountinfo ?? '')
            .split('\n')
            .find((line) => line.includes(' /pv-disks/'));
          host.addMount(own?.replace(/ \/pv-disks\/\S+/, ' /mnt/left') ?? '');
        },
        'still mounted on /mnt/left',
      ],
      [
        'with a mount inside it',
        ({ host }) => host.addMount(`90 1 8:7 / ${host.mountPath ?? ''}/data/sub rw - xfs /dev/sdx rw`),
        'mounted inside it',
      ],
      [
        'that a container of a force-deleted pod still has mounted',
        ({ host }) => host.elsewhere.push({ root: '/data', mountPoint: '/data', holder: 'postgres (PID 7)' }),
        'postgres (PID 7) still has it mounted',
      ],
      [
        'when the mounts of others cannot be read',
        ({ host }) => (host.mountsElsewhere = () => Promise.reject(new Error('EACCES'))),
        'cannot be told: EACCES',
      ],
    ];
    it.each(cases)('%s', async (_, change, reason) => {
      const scene = await VolumeScene.released('Delete');
      await change(scene);
      const { uid } = scene.volume?.metadata ?? {};
      await scene.round();
      expect(scene.remains).toEqual(['data/secret', 'data/table']);
      expect([scene.volume?.metadata?.uid, scene.volume?.status?.phase]).toEqual([uid, 'Released']);
      expect(await scene.status()).toMatchObject({ state: 'Released' });
      expect((await scene.status())?.reason).toContain(reason);
    });

    it('for the whole container’s view of the host alone', async () => {
      const scene = await VolumeScene.released('Delete');
      scene.host.elsewhere.push({ root: '/', mountPoint: '/host/pv-disks/x', holder: 'agent' });
      await scene.round();
      expect(scene.remains).toEqual([]);
    });
  });

  it('judges once more with the write lock held', async () => {
    const scene = await VolumeScene.released('Delete');
    const lock = scene.host.withWriteLock.bind(scene.host);
    scene.host.withWriteLock = async (ms, work) => {
      scene.host.elsewhere.push({ root: '/data', mountPoint: '/data', holder: 'late (PID 8)' });
      return await lock(ms, work);
    };
    await scene.round();
    expect(scene.remains).toEqual(['data/secret', 'data/table']);
    expect((await scene.status())?.reason).toContain('late (PID 8)');
    expect(scene.said()).toContain('NVMeCleaningHeld');
  });

  it('looks again once the data is moved where nobody can mount it any more', async () => {
    const scene = await VolumeScene.released('Delete');
    const { host } = scene;
    const rename = host.rename.bind(host);
    host.rename = async (from, to) => {
      host.elsewhere.push({ root: '/data', mountPoint: '/data', holder: 'quick (PID 9)' });
      await rename(from, to);
    };
    await scene.round();
    expect(scene.remains).toHaveLength(2);
    expect((await scene.status())?.reason).toContain('quick (PID 9)');
    host.elsewhere.length = 0;
    host.rename = rename;
    await scene.round();
    await scene.round();
    expect([scene.volume?.status?.phase, scene.remains]).toEqual(['Available', []]);
  });

  it('deletes no PersistentVolume that changed while it was cleaned', async () => {
    const scene = await VolumeScene.released('Delete');
    scene.kube.before('delete', 'persistentvolumes', () => scene.annotateClean('Zero'));
    await expect(scene.round()).rejects.toThrow('the ResourceVersion in the precondition');
    expect(scene.volume?.status?.phase).toBe('Released');
  });

  it('waits for a PersistentVolume with a finalizer, and never forces it', async () => {
    const scene = await VolumeScene.released('Delete');
    scene.changeVolume(({ metadata }) => metadata && (metadata.finalizers = ['example.com/backup']));
    await scene.round();
    await scene.round();
    expect(scene.volume?.metadata?.finalizers).toEqual(['example.com/backup']);
    expect(await scene.status()).toMatchObject({ state: 'Publishing' });
    scene.changeVolume(({ metadata }) => metadata && (metadata.finalizers = []));
    await scene.round();
    expect(scene.volume?.status?.phase).toBe('Available');
  });

  it('says what it could not remove, keeps the volume Released, and looks again', async () => {
    const scene = await VolumeScene.released('Delete');
    scene.host.sticky.add('secret');
    const { lookAgainMs } = await scene.round();
    expect(lookAgainMs).toBeGreaterThan(0);
    expect(await scene.status()).toMatchObject({ state: 'Released' });
    expect((await scene.status())?.reason).toContain("cannot remove 'secret'");
    await scene.round();
    expect(scene.said().filter((reason) => reason === 'NVMeCleaningFailed')).toHaveLength(1);
    scene.host.sticky.clear();
    await scene.round();
    await scene.round();
    expect([scene.volume?.status?.phase, scene.remains]).toEqual(['Available', []]);
  });

  it('goes on with what was moved away when a person deletes the PersistentVolume in between', async () => {
    const scene = await VolumeScene.released('Delete');
    await scene.die({ at: 0, when: 'after' });
    expect(scene.remains).toHaveLength(2);
    scene.kube.remove(persistentVolumes, scene.volume?.metadata?.name ?? '');
    await scene.afterKill();
    await scene.round();
    expect([scene.volume?.status?.phase, scene.remains]).toEqual(['Available', []]);
  });
});
