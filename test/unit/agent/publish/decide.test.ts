import { describe, expect, it } from 'vitest';
import { withDefaults } from '../../../../api/defaults.ts';
import {
  CLEANUP,
  DRIVE_COUNT,
  DRIVES,
  LOST,
  NODE_UID,
  PROVISIONED_BY,
  PROVISIONER,
  VOLUME_IDENTITY,
} from '../../../../api/keys.ts';
import { decidePublication, type PresentVolume } from '../../../../agent/publish/decide.ts';
import type { BlockVolume, FilesystemVolume } from '../../../../agent/plan/planned.ts';
import { volumeName, volumeObject } from '../../../../agent/publish/volume-object.ts';
import type { PersistentVolume } from '../../../../kube/resources.ts';

const node = { name: 'n1', uid: 'uid-1', hostname: 'n1.example' };
const spec = withDefaults({});
const volume: FilesystemVolume & PresentVolume = {
  mode: 'Filesystem',
  identity: '0a1b2c3d-0000-5000-8000-000000000001',
  device: '/dev/disk/by-id/nvme-x',
  fsType: 'ext4',
  mountPath: '/pv-disks/0a1b2c3d-0000-5000-8000-000000000001',
  path: '/pv-disks/0a1b2c3d-0000-5000-8000-000000000001/data',
  drives: ['d1', 'd2'],
  capacityBytes: 1000,
  empty: true,
};
const publication = { node, spec, localDrives: 4 };
const decide = (present: Partial<typeof volume>, volumes: PersistentVolume[]) =>
  decidePublication({ ...volume, ...present }, { ...publication, volumes, mayCreate: true });

const own = (
  change: { uid?: string; lost?: boolean; phase?: string; deleting?: boolean } = {},
): PersistentVolume => {
  const object = volumeObject({ ...publication, node: { ...node, uid: change.uid ?? 'uid-1' } }, volume);
  const annotations = {
    ...object.metadata?.annotations,
    ...(change.lost === true ? { [LOST]: 'boot' } : {}),
  };
  return {
    ...object,
    metadata: {
      ...object.metadata,
      annotations,
      ...(change.deleting === true ? { deletionTimestamp: '2026-01-01T00:00:00Z' } : {}),
    },
    status: { phase: change.phase ?? 'Available' },
  };
};
const foreign = (path: string): PersistentVolume => ({
  metadata: { name: 'theirs' },
  spec: { local: { path } },
});

describe('decidePublication', () => {
  it('makes a volume for an empty directory that no PersistentVolume names', () => {
    const { create, status } = decide({}, []);
    expect(status.state).toBe('Publishing');
    expect(create?.metadata?.name).toBe('nvme-n1-0a1b2c3d0000');
    expect(create?.spec?.local?.path).toBe(volume.path);
    expect(create?.metadata?.annotations).toMatchObject({
      [PROVISIONED_BY]: PROVISIONER,
      [NODE_UID]: 'uid-1',
      [VOLUME_IDENTITY]: volume.identity,
      [DRIVE_COUNT]: '4',
      [DRIVES]: '["d1","d2"]',
      [CLEANUP]: JSON.stringify(spec.cleanup),
    });
  });

  it('selects the node by its hostname label, which may not be its name', () => {
    const expression = decide({}, []).create?.spec?.nodeAffinity?.required?.nodeSelectorTerms[0]
      ?.matchExpressions;
    expect(expression).toEqual([{ key: 'kubernetes.io/hostname', operator: 'In', values: ['n1.example'] }]);
  });

  it('does not publish a directory that holds files', () => {
    const { create, status } = decide({ empty: false }, []);
    expect(create).toBeUndefined();
    expect(status.state).toBe('Unclaimed');
    expect(status.reason).toContain('delete them, or restore');
  });

  it.each([
    ['the very path', volume.path],
    ['the mount point', volume.mountPath],
    ['a directory below', `${volume.path}/sub`],
    ['a directory above', '/pv-disks'],
    ['the device', volume.device],
  ])('makes none where a PersistentVolume of another provisioner names %s', (_, path) => {
    const { create, status } = decide({}, [foreign(path)]);
    expect(create).toBeUndefined();
    expect(status.state).toBe('Failed');
    expect(status.reason).toContain('theirs');
  });

  it('keeps its own PersistentVolume as it is, files and all', () => {
    expect(decide({ empty: false }, [own({ phase: 'Bound' })])).toMatchObject({ status: { state: 'Bound' } });
    expect(decide({}, [own()])).not.toHaveProperty('annotate');
    expect(decide({}, [own()])).not.toHaveProperty('create');
  });

  it('re-writes the node UID after the machine registered again', () => {
    const { annotate, create } = decide({ empty: false }, [own({ uid: 'uid-0', phase: 'Bound' })]);
    expect(create).toBeUndefined();
    expect(annotate?.annotations).toEqual({ [NODE_UID]: 'uid-1' });
  });

  it('takes the mark off a volume that was thought lost', () => {
    expect(decide({}, [own({ lost: true })]).annotate?.annotations).toEqual({ [LOST]: null });
  });

  it('waits while its old PersistentVolume is being deleted', () => {
    const { create, annotate, status } = decide({}, [own({ uid: 'uid-0', deleting: true })]);
    expect([create, annotate]).toEqual([undefined, undefined]);
    expect(status.state).toBe('Publishing');
  });
});

describe('decidePublication of a raw drive', () => {
  const raw: BlockVolume & PresentVolume = {
    mode: 'Block',
    identity: 'google-local-nvme-ssd-0#1',
    device: '/dev/disk/by-id/google-local-nvme-ssd-0',
    path: '/dev/disk/by-id/google-local-nvme-ssd-0',
    shown: '/dev/nvme0n1',
    size: 1000,
    drives: ['google-local-nvme-ssd-0#1'],
    published: true,
    unique: false,
    capacityBytes: 1000,
    empty: true,
  };
  const bound = (uid: string): PersistentVolume => ({
    ...volumeObject({ ...publication, node: { ...node, uid } }, raw),
    status: { phase: 'Bound' },
  });
  const of = (present: Partial<BlockVolume>, volumes: PersistentVolume[]) =>
    decidePublication({ ...raw, ...present }, { ...publication, volumes, mayCreate: true });

  it('keeps its PersistentVolume while the node is the same', () => {
    expect(of({}, [bound('uid-1')])).toEqual({
      status: expect.objectContaining({ state: 'Bound' }) as object,
    });
  });

  it('calls it lost on a node of another UID when the drive cannot be told from another machine’s', () => {
    const { annotate, status } = of({}, [bound('uid-0')]);
    expect(annotate).toBeUndefined();
    expect(status).toMatchObject({ state: 'Lost', reason: expect.stringContaining('another UID') as string });
  });

  it('keeps it on a node of another UID when a number of the drive is no other’s', () => {
    const { annotate, status } = of({ unique: true }, [bound('uid-0')]);
    expect(annotate?.annotations).toEqual({ [NODE_UID]: 'uid-1' });
    expect(status.state).toBe('Bound');
  });

  it.each([raw.path, raw.shown])(
    'makes none where another provisioner’s PersistentVolume names %s',
    (path) => {
      expect(of({ published: false }, [foreign(path)]).status.state).toBe('Failed');
    },
  );
});

describe('volumeName', () => {
  it('is the same for the same node and filesystem, and differs by node', () => {
    expect(volumeName(node, volume)).toBe(volumeName({ name: 'n1' }, { identity: volume.identity }));
    expect(volumeName({ name: 'n2' }, volume)).not.toBe(volumeName(node, volume));
  });
});
