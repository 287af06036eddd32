import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Layout } from '../../../api/layout.ts';
import type { PartialDeep } from '../../../api/profile.ts';
import type { LabNode } from '../../../lab/node/lab-node.ts';
import { restartAgent } from '../main-job/agent-pod.ts';
import { ordersFor, trueCondition, type Orders } from '../main-job/orders.ts';
import { untilReadyAs } from '../main-job/ready-as.ts';
import { inPool, profileFor, startScene, type Scene } from '../main-job/scene.ts';

const NAME = 'guarded';

/**
 * Each makes on the drive $1, which is full of noise, what somebody else may have there. ZFS is not packaged without its kernel
 * module: what stands here are the uberblocks that libblkid knows it by (libblkid/src/superblocks/zfs.c).
 */
const THEIRS = {
  ext4: `mkfs.ext4 -q -F -E nodiscard,lazy_itable_init=0,lazy_journal_init=0 "$1"
mount "$1" /mnt && echo precious > /mnt/file && umount /mnt`,
  lvm: `vgcreate -q theirs "$1" && lvcreate -q -an -Zn -Wn -n data -l 50%FREE theirs && vgchange -q --setautoactivation n theirs`,
  md: `mdadm --create /dev/md/theirs --run --level=1 --raid-devices=2 "$1" missing && mdadm --stop /dev/md/theirs`,
  swap: `mkswap "$1"`,
  // One Linux partition of 62 MiB in a DOS table. The kernel does not read it while udev still looks at the drive.
  partitioned: `head -c 512 /dev/zero | dd of="$1" conv=notrunc status=none
printf '\\203\\000\\000\\000\\000\\010\\000\\000\\000\\360\\001\\000' | dd of="$1" bs=1 seek=450 conv=notrunc status=none
printf '\\125\\252' | dd of="$1" bs=1 seek=510 conv=notrunc status=none
for i in $(seq 1 100); do blockdev --rereadpt "$1" && test -b "$(readlink -f "$1")p1" && exit; sleep 0.1; done; exit 1`,
  luks: `echo secret | cryptsetup luksFormat --batch-mode --type luks2 --pbkdf pbkdf2 --pbkdf-force-iterations 1000 "$1" -`,
  zfs: `for slot in $(seq 128 255); do printf '\\014\\261\\272\\000\\000\\000\\000\\000' |
  dd of="$1" bs=1K seek="$slot" conv=notrunc status=none; done`,
  noise: `true`,
  elsewhere: `mkfs.ext4 -q -F -E nodiscard,lazy_itable_init=0,lazy_journal_init=0 "$1"
systemd-run --quiet --unit=elsewhere unshare --mount --propagation=private sh -c "mount -o ro '$1' /mnt && exec sleep infinity"
for i in $(seq 1 100); do grep -qs " /mnt ext4" "/proc/$(systemctl show -P MainPID elsewhere)/mounts" && exit; sleep 0.1; done; exit 1`,
} as const;
type Kind = keyof typeof THEIRS;
const KINDS = Object.keys(THEIRS) as Kind[];

const NOISE = `set -e
echo 'AUTO -all' > /etc/mdadm/mdadm.conf
head -c 64M /dev/urandom > /run/noise
for drive in "$@"; do dd if=/run/noise of="$drive" bs=1M oflag=direct status=none; done
rm /run/noise`;

const MOUNTED = "findmnt -rn -t ext4 -o TARGET | grep -q '^/pv-disks/'";

/** What proves by the machine's own tools that a layout is on the free drive $1. */
const LAYOUTS: [PartialDeep<Layout> & { type: Layout['type'] }, string][] = [
  [{ type: 'Filesystem' }, `blkid -p -s TYPE -o value "$1" | grep -qx ext4 && ${MOUNTED}`],
  [{ type: 'RAID' }, `blkid -p -s TYPE -o value "$1" | grep -qx linux_raid_member && ${MOUNTED}`],
  [
    { type: 'LVM', lvm: { slices: 1 } },
    `pvs -o vg_name --noheadings "$1" | grep -q instance-store-vg && ${MOUNTED}`,
  ],
  [{ type: 'Block' }, 'test -z "$(blkid -p "$1")"'],
  [{ type: 'SPDK' }, 'test ! -e "$1"'],
  [{ type: 'Swap' }, 'swapon --noheadings --show=NAME | grep -qx "$(readlink -f "$1")"'],
];

describe('drives that hold what is not ours', () => {
  let scene: Scene;
  let node: LabNode;
  let orders: Orders;
  /** Drive IDs and by-id paths by what the drive holds; `free` holds nothing. */
  const drives = new Map<Kind | 'free', { id: string; path: string }>();
  let before: Record<string, string>;

  const pathOf = (kind: Kind | 'free'): string => drives.get(kind)?.path ?? '';
  const theirs = async (kinds: readonly Kind[] = KINDS): Promise<Record<string, string>> => {
    const found: Record<string, string> = {};
    for (const kind of kinds) found[kind] = await node.driveDigest(drives.get(kind)?.id ?? '');
    return found;
  };
  const wish = (existingData: 'Refuse' | 'Wipe', layout: PartialDeep<Layout>): Promise<void> =>
    scene.apply(profileFor('guard', { existingData, layout, drives: { minSize: '16Mi', minCount: 1 } }));

  beforeAll(async () => {
    scene = await startScene();
    orders = ordersFor(scene, NAME);
    const count = KINDS.length + 1;
    node = await scene.lab.addNode(NAME, {
      drives: count,
      size: '64M',
      labels: inPool('guard'),
      until: 'Ready',
    });
    const found = (await node.drives()).map(({ id, serial }) => {
      return { id, path: `/dev/disk/by-id/nvme-QEMU_NVMe_Ctrl_${serial}` };
    });
    for (const kind of [...KINDS, 'free'] as const) drives.set(kind, found.shift() ?? { id: '', path: '' });
    await node.run(['sh', '-c', NOISE, 'noise', ...KINDS.map(pathOf)], { timeoutMs: 300_000 });
    for (const kind of KINDS) {
      await node.run(['sh', '-ec', THEIRS[kind], kind, pathOf(kind)], { timeoutMs: 120_000 });
    }
    await node.run(['udevadm', 'settle']);
    before = await theirs();
  });

  afterAll(() => scene.end());

  it('are what the machine takes them for', async () => {
    const types: Record<string, string> = {};
    for (const kind of KINDS) {
      const { stdout } = await node.exec(['blkid', '-p', '-o', 'export', pathOf(kind)]);
      types[kind] = /^(?:PT)?TYPE=(.*)$/m.exec(stdout)?.[1] ?? '';
    }
    expect(types).toEqual({
      ...{ ext4: 'ext4', lvm: 'LVM2_member', md: 'linux_raid_member', swap: 'swap', partitioned: 'dos' },
      ...{ luks: 'crypto_LUKS', zfs: 'zfs_member', noise: '', elsewhere: 'ext4' },
    });
  });

  it.each(LAYOUTS)(
    'keep every byte with Refuse and %j, while the free drive is set up',
    async (layout, proof) => {
      await wish('Refuse', layout);
      await orders.endPause();
      const nvme = await untilReadyAs(scene, node, layout.type);
      await node.run(['sh', '-c', proof, 'proof', pathOf('free')]);
      expect(nvme.status?.plan?.refusals).toHaveLength(KINDS.length);
      expect(await theirs()).toEqual(before);
      const reset = await orders.reset();
      expect(trueCondition(reset, 'Paused')).toMatchObject({ reason: 'Reset' });
      expect((await node.exec(['blkid', '-p', pathOf('free')])).stdout).toBe('');
      expect(await theirs()).toEqual(before);
    },
  );

  it('keep every byte with Wipe in an Automatic profile on a node that was ready before', async () => {
    await wish('Wipe', { type: 'Filesystem' });
    await orders.endPause();
    const nvme = await untilReadyAs(scene, node, 'Filesystem');
    expect(nvme.status?.plan?.refusals).toHaveLength(KINDS.length);
    await restartAgent(scene);
    expect(await theirs()).toEqual(before);
  });

  it('keep every byte when Wipe is ordered with a stale plan ID', async () => {
    const nvme = await orders.carryOut({ type: 'setup', planID: '0000000000000000' });
    expect(trueCondition(nvme, 'Refused')?.message).toContain('it was for plan 0000000000000000');
    expect(await theirs()).toEqual(before);
  });

  it('are wiped by an order with the ID of the plan, but not what is mounted in another mount namespace', async () => {
    const nvme = await orders.setUp();
    expect(trueCondition(nvme, 'Refused')?.message).toContain('in use (EBUSY)');
    const uuids = new Set<string>();
    for (const kind of KINDS.filter((one) => one !== 'elsewhere')) {
      const text = await node.run(['blkid', '-p', '-o', 'export', pathOf(kind)]);
      expect([kind, text]).toEqual([kind, expect.stringContaining('TYPE=ext4')]);
      uuids.add(/^UUID=(.*)$/m.exec(text)?.[1] ?? '');
    }
    expect(uuids.size).toBe(KINDS.length - 1);
    expect(await theirs(['elsewhere'])).toEqual({ elsewhere: before.elsewhere });
    // Nor later, by the same order.
    await node.run(['systemctl', 'stop', 'elsewhere']);
    await restartAgent(scene);
    expect(await theirs(['elsewhere'])).toEqual({ elsewhere: before.elsewhere });
  });

  it('include the remote disk of a cloud', async () => {
    const cloud = await scene.lab.addNode('remote', {
      ...{ drives: 1, size: '64M', cloud: 'aws', labels: inPool('guard'), until: 'Booted' },
    });
    const remote = (await cloud.drives()).find(({ role }) => role === 'remote');
    const link = `/dev/disk/by-id/nvme-${remote?.model.replaceAll(' ', '_') ?? ''}_${remote?.serial ?? ''}`;
    await cloud.run(['dd', 'if=/dev/urandom', `of=${link}`, 'bs=1M', 'count=16', 'oflag=direct']);
    const digest = await cloud.driveDigest(remote?.id ?? '');
    const nvme = await scene.untilReady('remote', 300);
    const found = nvme.status?.drives?.find(({ serial }) => serial === remote?.serial);
    expect(found).toMatchObject({ role: 'Remote' });
    expect(await scene.volumesOf('remote')).toHaveLength(1);
    expect(await cloud.driveDigest(remote?.id ?? '')).toBe(digest);
  });
});
