import { beforeEach, describe, expect, it } from 'vitest';
import { withDefaults } from '../../../../api/defaults.ts';
import type { VolumeStatus } from '../../../../api/node.ts';
import { NODE_UID } from '../../../../api/keys.ts';
import { publishVolumes } from '../../../../agent/publish/publish.ts';
import type { FilesystemVolume, PlannedVolume } from '../../../../agent/plan/planned.ts';
import { ApiError } from '../../../../kube/errors.ts';
import { persistentVolumes } from '../../../../kube/resources.ts';
import { createLogger } from '../../../../logging/logger.ts';
import { machine } from '../../../builders/machine.ts';
import { SteppedClock } from '../../../fakes/clock.ts';
import { FakeHost } from '../../../fakes/host.ts';
import { FakeKube } from '../../../fakes/kube.ts';

const UUID = '0a1b2c3d-0000-5000-8000-000000000001';
const mountPath = `/pv-disks/${UUID}`;
const planned: FilesystemVolume = {
  mode: 'Filesystem',
  identity: UUID,
  device: '/dev/nvme1n1',
  fsType: 'ext4',
  mountPath,
  path: `${mountPath}/data`,
  drives: ['d1'],
};

class VolumeHost extends FakeHost {
  entries: string[] = [];
  override readDirectory = () => Promise.resolve(this.entries);
}

/** A host with a filesystem mounted at the volume's mount point. */
function hostWith(uuid = UUID, source = '/dev/nvme1n1'): VolumeHost {
  const snapshot = machine({ drives: { nvme1n1: { blkid: { TYPE: 'ext4', UUID: uuid } }, nvme2n1: {} } });
  const mount = `40 1 259:1 / ${mountPath} rw,noatime - ext4 ${source} rw\n`;
  snapshot.mountinfo = `${snapshot.mountinfo ?? ''}${mount}`;
  snapshot.files = { [planned.path]: true };
  return new VolumeHost(snapshot, []);
}

const clock = new SteppedClock();

describe('publishing', () => {
  let kube: FakeKube;
  let said: string[];

  beforeEach(() => {
    kube = new FakeKube();
    said = [];
  });

  const publish = (
    host: FakeHost,
    uid = 'uid-1',
    volume: PlannedVolume = planned,
    mayCreate = true,
  ): Promise<VolumeStatus[]> =>
    publishVolumes([volume], {
      kube,
      host,
      clock,
      logger: createLogger(() => undefined, clock),
      node: { name: 'n1', uid, hostname: 'n1' },
      spec: withDefaults(),
      localDrives: 2,
      mayCreate,
      volumes: kube.objects(persistentVolumes),
      onPublished: ({ name }) => said.push(name),
    });
  const objects = () => kube.objects(persistentVolumes);

  it('makes one volume for a mounted filesystem, with its real size, and says so once', async () => {
    const host = hostWith();
    expect(await publish(host)).toMatchObject([{ state: 'Publishing', capacity: 2 ** 40, identity: UUID }]);
    expect(objects()).toMatchObject([{ spec: { capacity: { storage: String(2 ** 40) } } }]);
    kube.calls.length = 0;
    await publish(host);
    expect(kube.writes).toEqual([]);
    expect(said).toHaveLength(1);
  });

  it('publishes nothing on a paused node, and keeps what is published there', async () => {
    expect(await publish(hostWith(), 'uid-1', planned, false)).toMatchObject([
      { reason: 'the node is paused' },
    ]);
    expect(objects()).toEqual([]);
    await publish(hostWith());
    expect(await publish(hostWith(), 'uid-1', planned, false)).toMatchObject([{ state: 'Publishing' }]);
    expect(objects()).toHaveLength(1);
  });

  it('publishes nothing while the host shows no mount there', async () => {
    const host = hostWith();
    host.snapshot = { ...host.snapshot, mountinfo: '' };
    expect(await publish(host)).toEqual([]);
    expect(objects()).toEqual([]);
  });

  it('publishes nothing while the data directory is missing', async () => {
    const host = hostWith();
    host.snapshot = { ...host.snapshot, files: {} };
    expect(await publish(host)).toEqual([]);
    expect(objects()).toEqual([]);
  });

  it('publishes nothing when another filesystem is mounted there', async () => {
    const [status] = await publish(hostWith('99999999-0000-4000-8000-000000000009'));
    expect(status).toMatchObject({ state: 'Failed' });
    expect(status?.reason).toContain('not ours');
    expect(objects()).toEqual([]);
  });

  it('hands out no directory with files in it', async () => {
    const host = hostWith();
    host.entries = ['precious'];
    expect(await publish(host)).toMatchObject([{ state: 'Unclaimed' }]);
    expect(objects()).toEqual([]);
  });

  describe('a drive raw', () => {
    const raw: PlannedVolume = {
      mode: 'Block',
      identity: 'nvme-model_serial#1',
      device: '/dev/disk/by-id/nvme-model_serial',
      path: '/dev/disk/by-id/nvme-model_serial',
      shown: '/dev/nvme1n1',
      size: 900 * 2 ** 30,
      drives: ['nvme-model_serial#1'],
      published: false,
      unique: true,
    };
    const link = { byId: { 'nvme-model_serial': '/dev/nvme1n1' } };
    const blank = (): FakeHost => new FakeHost(machine({ drives: { nvme1n1: {} }, snapshot: link }), []);
    const offer = (host: FakeHost) => publish(host, 'uid-1', raw);

    it('makes a volume of the whole drive under its by-id path', async () => {
      expect(await offer(blank())).toMatchObject([{ state: 'Publishing', capacity: raw.size }]);
      expect(objects()).toMatchObject([
        { spec: { volumeMode: 'Block', local: { path: raw.path }, capacity: { storage: String(raw.size) } } },
      ]);
      expect(objects()[0]?.metadata?.name).toMatch(/^nvme-n1-[0-9a-f]{12}$/);
    });

    it('holds the write lock from the last look to the PersistentVolume', async () => {
      const host = blank();
      let nested: unknown;
      kube.before('create', 'persistentvolumes', async () => {
        nested = await host.withWriteLock(0, () => Promise.resolve()).catch((error: unknown) => error);
      });
      await offer(host);
      expect(String(nested)).toContain('one writer');
    });

    it.each<[string, (host: FakeHost) => unknown, string]>([
      [
        'holds data where only this look reads',
        (host) =>
          (host.readBlocks = (_, places) =>
            Promise.resolve(places.map(({ offset, length }) => new Uint8Array(length).fill(offset ? 7 : 0)))),
        'not blank',
      ],
      [
        'has got a filesystem',
        (host) => (host.snapshot.blkid = { '/dev/nvme1n1': { TYPE: 'xfs' } }),
        'carries xfs',
      ],
      ['is in use in some namespace', (host) => host.busy.add('/dev/nvme1n1'), 'EBUSY'],
      [
        'a process has open plainly',
        (host) => host.openers.set('/dev/nvme1n1', ['dd (PID 7)']),
        'dd (PID 7) has it open',
      ],
      [
        'is another one now',
        (host) => (host.snapshot.byId = { 'nvme-model_serial': '/dev/nvme9n1' }),
        'nvme9n1',
      ],
    ])('offers none that %s', async (_, change, reason) => {
      const host = blank();
      change(host);
      const [status] = await offer(host);
      expect(status).toMatchObject({ state: 'Failed' });
      expect(status?.reason).toContain(reason);
      expect(objects()).toEqual([]);
    });
  });

  it('takes a volume that an earlier try has made for made', async () => {
    const host = hostWith();
    await publish(host);
    const [made] = objects();
    kube.remove(persistentVolumes, made?.metadata?.name ?? '');
    const status = { reason: 'AlreadyExists', message: 'already exists' };
    kube.fail('create', 'persistentvolumes', new ApiError(409, status, 'POST'));
    await expect(publish(host)).resolves.toMatchObject([{ state: 'Publishing' }]);
  });

  it('keeps UID, name and data of a volume when the machine registers again', async () => {
    const host = hostWith();
    await publish(host);
    const [before] = objects();
    host.entries = ['precious'];
    expect(await publish(host, 'uid-2')).toMatchObject([{ state: 'Publishing' }]);
    const [after] = objects();
    expect(after?.metadata?.uid).toBe(before?.metadata?.uid);
    expect(after?.metadata?.annotations?.[NODE_UID]).toBe('uid-2');
  });
});
