import { beforeEach, describe, expect, it } from 'vitest';
import { withDefaults } from '../../../../api/defaults.ts';
import type { VolumeStatus } from '../../../../api/node.ts';
import { NODE_UID } from '../../../../api/keys.ts';
import { publishVolumes } from '../../../../agent/publish/publish.ts';
import type { PlannedVolume } from '../../../../agent/plan/planned.ts';
import { ApiError } from '../../../../kube/errors.ts';
import { persistentVolumes } from '../../../../kube/resources.ts';
import { createLogger } from '../../../../logging/logger.ts';
import { machine } from '../../../builders/machine.ts';
import { SteppedClock } from '../../../fakes/clock.ts';
import { FakeHost } from '../../../fakes/host.ts';
import { FakeKube } from '../../../fakes/kube.ts';

const UUID = '0a1b2c3d-0000-5000-8000-000000000001';
const mountPath = `/pv-disks/${UUID}`;
const planned: PlannedVolume = {
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

describe('publishing', () => {
  let kube: FakeKube;
  let said: string[];

  beforeEach(() => {
    kube = new FakeKube();
    said = [];
  });

  const publish = (host: FakeHost, uid = 'uid-1'): Promise<VolumeStatus[]> =>
    publishVolumes([planned], {
      kube,
      host,
      logger: createLogger(() => undefined, new SteppedClock()),
      node: { name: 'n1', uid, hostname: 'n1' },
      spec: withDefaults(),
      localDrives: 2,
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
