import { describe, expect, it } from 'vitest';
import { CLEAN, PROVISIONED_BY, PROVISIONER, VOLUME_IDENTITY } from '../../../../api/keys.ts';
import { BegunRegister } from '../../../../agent/apply/begun-register.ts';
import { SpdkRegister } from '../../../../agent/apply/spdk-register.ts';
import { cleanFilesystem } from '../../../../agent/recycle/clean-filesystem.ts';
import { isReleased } from '../../../../agent/recycle/decide.ts';
import { erase } from '../../../../agent/recycle/erase.ts';
import { filesystemUse } from '../../../../agent/recycle/filesystem-use.ts';
import { removeLeftovers } from '../../../../agent/recycle/leftovers.ts';
import { rawUse } from '../../../../agent/recycle/raw-use.ts';
import { isBeingRemade } from '../../../../agent/recycle/remade.ts';
import type { FilesystemVolume } from '../../../../agent/plan/planned.ts';
import type { PersistentVolume } from '../../../../kube/resources.ts';
import { createLogger } from '../../../../logging/logger.ts';
import { machine } from '../../../builders/machine.ts';
import { SteppedClock } from '../../../fakes/clock.ts';
import { VolumeHost } from '../../../fakes/volume-host.ts';

/** The rules of cleaning, each by itself: the whole of it is tried in recycle.test.ts and raw.test.ts. */
const DEVICE = '/dev/nvme1n1';
const UUID = '5b8f0c52-0b52-5d10-9a5c-2d6f0e7a1c11';
const POINT = `/pv-disks/${UUID}`;
const volume: FilesystemVolume = {
  ...{ mode: 'Filesystem', identity: UUID, device: DEVICE, fsType: 'ext4' },
  ...{ mountPath: POINT, path: `${POINT}/data`, drives: ['a#1'] },
};

function hostWith(mounts: Record<string, string> = { [DEVICE]: POINT }): VolumeHost {
  const host = new VolumeHost(
    machine({ drives: { nvme1n1: { blkid: { TYPE: 'ext4', UUID } } }, mounts }),
    [],
  );
  host.tree = new Map([['data', ['secret']]]);
  return host;
}

const clock = new SteppedClock();
const { signal } = new AbortController();
const context = { clock, logger: createLogger(() => undefined, clock), signal };

async function clean(host: VolumeHost): Promise<void> {
  const filesystem = { type: 'ext4' as const, mountOptions: [] };
  await host.withWriteLock(0, async () => {
    const begun = await BegunRegister.open(host);
    const registers = { begun, spdk: () => SpdkRegister.open(host) };
    await cleanFilesystem(volume, 'Delete', 'id', { ...context, ...registers, host, filesystem });
  });
}

describe('cleaning a filesystem', () => {
  it('moves nothing where ours is not mounted, or something else is', async () => {
    const others = hostWith();
    others.snapshot.blkid = { ...others.snapshot.blkid, [DEVICE]: { TYPE: 'ext4', UUID: 'theirs' } };
    for (const host of [hostWith({}), others]) {
      await expect(clean(host)).rejects.toMatchObject({ name: 'RefusedError' });
      expect(host.changes).toBe(0);
    }
  });

  it('does not call clean what is not empty', async () => {
    const host = hostWith();
    host.removeTree = () => Promise.resolve();
    await expect(clean(host)).rejects.toThrow('it is not empty after the cleaning: .trash-id');
  });

  it('ends only once a power cut cannot bring the data back', async () => {
    const host = hostWith();
    host.syncFilesystem = () => Promise.reject(new Error('EIO'));
    await expect(clean(host)).rejects.toThrow('EIO');
  });

  it('goes on over nothing that is mounted on top of it', async () => {
    const host = hostWith();
    expect(await filesystemUse(host, volume)).toBeUndefined();
    host.addMount(`90 1 8:7 / ${POINT} rw - xfs /dev/sdx rw`);
    expect(await filesystemUse(host, volume)).toBe(`something is mounted over ${POINT}`);
  });

  it('removes what an earlier one has left, but not while somebody uses the filesystem', async () => {
    const host = hostWith();
    host.tree = new Map([['.trash-id', ['secret']]]);
    host.elsewhere.push({ root: '/data', mountPoint: '/data', holder: 'postgres (PID 7)' });
    await expect(removeLeftovers(host, volume)).rejects.toThrow('postgres (PID 7)');
    expect([...host.tree.keys()]).toEqual(['.trash-id']);
    host.elsewhere.length = 0;
    await removeLeftovers(host, volume);
    expect(host.tree.size).toBe(0);
  });
});

describe('erasing a drive', () => {
  const erased = (host: VolumeHost, method: 'Discard' | 'Zero'): Promise<void> =>
    host.withWriteLock(0, () => erase(DEVICE, method, { ...context, host }));
  const commands = ({ programs }: VolumeHost): string[] =>
    programs.filter((line) => line.startsWith('!')).map((line) => line.slice(1));

  it.each(['Discard', 'Zero'] as const)('by %s writes nothing while somebody has it', async (method) => {
    const host = hostWith({});
    host.busy.add(DEVICE);
    await expect(erased(host, method)).rejects.toThrow('EBUSY');
    expect(commands(host)).toEqual([]);
  });

  it('writes no zeros when somebody took it after the discard', async () => {
    const host = hostWith({});
    host.afterDiscard = 255;
    const run = host.run.bind(host);
    host.run = async (command, options) => {
      const result = await run(command, options);
      if (command[0] === 'blkdiscard') host.busy.add(DEVICE);
      return result;
    };
    await expect(erased(host, 'Discard')).rejects.toThrow('EBUSY');
    expect(commands(host)).toEqual([`blkdiscard ${DEVICE}`]);
  });

  it('is not done when the drive does not read as zeros', async () => {
    const host = hostWith({});
    host.snapshot.samples = { [DEVICE]: { constant: null } };
    const run = host.run.bind(host);
    host.run = (command, options) =>
      command[0] === 'blkdiscard' ? Promise.resolve({ stdout: '', stderr: '' }) : run(command, options);
    await expect(erased(host, 'Zero')).rejects.toThrow('it does not read as zeros');
  });
});

it('a raw drive that the kernel uses is in use, before anybody looks for processes', async () => {
  const raw = { ...{ mode: 'Block' as const, identity: 'a#1', device: DEVICE, path: DEVICE, shown: DEVICE } };
  const drive = { ...raw, size: 1, drives: ['a#1'], published: true, unique: true };
  const host = hostWith({});
  host.busy.add(DEVICE);
  expect(await rawUse(host, drive, 'pv-1')).toContain('EBUSY');
});

describe('a PersistentVolume', () => {
  const annotations = { [PROVISIONED_BY]: PROVISIONER, [CLEAN]: 'Zero', [VOLUME_IDENTITY]: UUID };
  const released: PersistentVolume = {
    metadata: { name: 'pv', annotations },
    spec: { persistentVolumeReclaimPolicy: 'Delete', volumeMode: 'Filesystem' },
    status: { phase: 'Released' },
  };
  const other = {
    ...released,
    metadata: { name: 'pv', annotations: { ...annotations, [PROVISIONED_BY]: 'x/y' } },
  };

  it('of another provisioner is never ours to clean', () => {
    expect([isReleased(released), isReleased(other)]).toEqual([true, false]);
  });

  it.each<[string, PersistentVolume, string[], boolean]>([
    ['whose filesystem was begun', released, [UUID], true],
    ['whose filesystem was not begun', released, [], false],
    ['whose filesystem another one is', released, ['5b8f0c52-0000-5d10-9a5c-2d6f0e7a1c11'], false],
    ['of another provisioner', other, [UUID], false],
    ['that is to be kept', { ...released, spec: { persistentVolumeReclaimPolicy: 'Retain' } }, [UUID], false],
    ['that is Bound', { ...released, status: { phase: 'Bound' } }, [UUID], false],
    [
      'that is raw',
      { ...released, spec: { persistentVolumeReclaimPolicy: 'Delete', volumeMode: 'Block' } },
      [UUID],
      false,
    ],
  ])('%s names nothing worth keeping, or does', (_, object, begun, remade) => {
    expect(isBeingRemade(object, begun)).toBe(remade);
  });
});
