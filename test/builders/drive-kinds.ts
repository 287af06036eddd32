import type { KnownVolume } from '../../agent/plan/known-volume.ts';
import { partition, type DriveOverrides, type MachineOverrides } from './machine.ts';

/**
 * What a drive is to set-up, as the test makes it and without asking the code under test. `empty` is someone's
 * filesystem with nothing in it, `published` one of ours that a PersistentVolume names.
 */
export type DriveLabel = 'safe' | 'unsafe' | 'empty' | 'published';

/** More of a machine than the drive itself. */
export interface Surroundings extends MachineOverrides {
  volumes?: KnownVolume[];
}

/** One way in which a drive of any cloud may be. */
export interface DriveKind {
  label: DriveLabel;
  drive: DriveOverrides;
  /** More of the machine, for the drive with this kernel path. */
  more?: (path: string) => Surroundings;
}

export const UUID = '0f5d3c1e-7a58-4f2c-9b1d-1f2e3d4c5b6a';
const OWN_UUID = '7d9f1f5c-33c0-5d0e-8f53-6f0f3b7c2a11';

export const safe = (drive: DriveOverrides): DriveKind => ({ label: 'safe', drive });
export const unsafe = (drive: DriveOverrides, more?: DriveKind['more']): DriveKind => ({
  label: 'unsafe',
  drive,
  ...(more ? { more } : {}),
});
const pv = (volume: Partial<KnownVolume>): Surroundings => ({
  volumes: [{ name: 'pv-x', phase: 'Available' as const, ...volume }],
});
/** What md, device-mapper and the like put above a drive, as lsblk shows it. */
const above = (name: string, type: string, more: Partial<ReturnType<typeof partition>> = {}) => ({
  name,
  kname: name,
  path: `/dev/${name}`,
  type,
  ...more,
});
const ext4 = { TYPE: 'ext4', UUID };

/** Kinds of drives by what is written on them, what uses them and what could be read of them. */
export const DRIVE_KINDS: Readonly<Record<string, DriveKind>> = {
  blank: safe({}),
  blankOfOnes: safe({ sample: 255 }),
  largeSectors: safe({ size: 375 * 10 ** 9, row: { 'log-sec': 4096 } }),
  mounted: unsafe({}, (path) => ({ mounts: { [path]: '/data' } })),
  mountedFilesystem: unsafe({ blkid: ext4 }, (path) => ({ mounts: { [path]: '/data' } })),
  mountedInLsblkOnly: unsafe({ row: { mountpoints: ['/in/a container'] } }),
  partitioned: unsafe({ children: [partition('nvmeXp1')] }),
  emptyTable: unsafe({ blkid: { PTTYPE: 'dos' } }),
  tableInLsblkOnly: unsafe({ row: { pttype: 'gpt' } }),
  ext4: unsafe({ blkid: ext4 }),
  ext4WithFiles: unsafe({ blkid: ext4 }, (path) => ({
    snapshot: { entries: { [path]: ['lost+found', 'ledger.db'] } },
  })),
  filesystemInLsblkOnly: unsafe({ row: { fstype: 'xfs', uuid: UUID } }),
  xfs: unsafe({ blkid: { TYPE: 'xfs', UUID, LABEL: 'data' } }),
  btrfs: unsafe({ blkid: { TYPE: 'btrfs', UUID } }),
  luks: unsafe({ blkid: { TYPE: 'crypto_LUKS', UUID } }),
  luksOpen: unsafe({ blkid: { TYPE: 'crypto_LUKS', UUID }, children: [above('dm-8', 'crypt')] }),
  zfs: unsafe({ blkid: { TYPE: 'zfs_member', LABEL: 'tank' } }),
  bcache: unsafe({ blkid: { TYPE: 'bcache', UUID } }),
  ceph: unsafe({ blkid: { TYPE: 'ceph_bluestore' } }),
  lvm: unsafe({ blkid: { TYPE: 'LVM2_member', UUID: 'abc' } }),
  lvmInGroup: unsafe({ blkid: { TYPE: 'LVM2_member', UUID: 'abc' } }, (path) => ({
    snapshot: { pvs: [{ pv_name: path, vg_name: 'theirs' }], vgs: [{ vg_name: 'theirs', vg_tags: '' }] },
  })),
  lvmAlone: unsafe({}, (path) => ({ snapshot: { pvs: [{ pv_name: path, vg_name: '' }] } })),
  hiddenPartitionMounted: unsafe({}, (path) => ({ mounts: { [`${path}p1`]: '/data' } })),
  hiddenPartitionSwap: unsafe({}, (path) => ({ swaps: [`${path}p2`] })),
  hiddenPartitionLvm: unsafe({}, (path) => ({ snapshot: { pvs: [{ pv_name: `${path}p3`, vg_name: 'x' }] } })),
  hiddenPartitionLinked: unsafe({}, (path) => ({
    snapshot: { byId: { [`nvme-${path.slice(5)}-part1`]: `${path}p1` } },
  })),
  md: unsafe({ blkid: { TYPE: 'linux_raid_member', UUID } }),
  mdRunning: unsafe({ blkid: { TYPE: 'linux_raid_member', UUID }, children: [above('md127', 'raid0')] }),
  mdInMdstatOnly: unsafe({}, (path) => ({
    snapshot: { mdstat: `md9 : active raid0 ${path.slice('/dev/'.length)}[0]\n` },
  })),
  rootOnRaid: unsafe({ children: [above('md0', 'raid1', { mountpoints: ['/'] })] }),
  multipath: unsafe({ children: [above('dm-3', 'mpath')] }),
  ambivalent: unsafe({ blkid: { TYPE: 'ambivalent' } }),
  nameless: unsafe({ blkid: { USAGE: 'raid' } }),
  labelOnly: unsafe({ row: { label: 'backup' } }),
  swapSignature: unsafe({ blkid: { TYPE: 'swap' } }),
  swapActive: unsafe({}, (path) => ({ swaps: [path] })),
  swapInLsblkOnly: unsafe({ row: { mountpoint: '[SWAP]' } }),
  held: unsafe({ holders: ['dm-4'] }),
  heldByChild: unsafe({
    children: [{ name: 'crypt', kname: 'dm-7', path: '/dev/mapper/crypt', type: 'crypt' }],
  }),
  readOnly: unsafe({ readOnly: true }),
  readOnlyAsText: unsafe({ row: { ro: '1' } }),
  noSize: unsafe({ size: 0 }),
  tooSmall: unsafe({ size: 200 * 2 ** 20 }),
  written: unsafe({ sample: null }),
  unreadSamples: unsafe({}, (path) => ({ snapshot: { errors: { [`samples:${path}`]: 'EIO' } } })),
  unreadBlkid: unsafe({}, (path) => ({ snapshot: { errors: { [`blkid:${path}`]: 'timed out' } } })),
  unreadController: unsafe({}, (path) => ({ snapshot: { errors: { [`nvme:${path}`]: 'ENODEV' } } })),
  named: unsafe({}, (path) => pv({ path })),
  namedInside: unsafe({ blkid: ext4 }, (path) => ({ mounts: { [path]: '/m' }, ...pv({ path: '/m/a' }) })),
  emptyExt4: {
    label: 'empty',
    drive: { blkid: { ...ext4, UUID: '2b1c44d1-8f7e-4a58-9a0e-5a2f0c7f9d21' } },
    more: (path) => ({ snapshot: { entries: { [path]: ['lost+found'] } } }),
  },
  published: {
    label: 'published',
    drive: { blkid: { TYPE: 'ext4', UUID: OWN_UUID } },
    more: () => pv({ own: true, identity: OWN_UUID, path: `/pv-disks/${OWN_UUID}/data` }),
  },
};
