import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Layout } from '../../../api/layout.ts';
import type { PartialDeep } from '../../../api/profile.ts';
import type { LabDrive } from '../../../lab/node/drives.ts';
import type { LabNode } from '../../../lab/node/lab-node.ts';
import { array, filesystems, nothing, raw, slices, swap, type Judge } from '../../judges/layouts.ts';
import { ordersFor, trueCondition, type Orders } from '../main-job/orders.ts';
import { untilReadyAs } from '../main-job/ready-as.ts';
import { inPool, profileFor, startScene, type Scene } from '../main-job/scene.ts';

const NAME = 'remote';

const LAYOUTS: [PartialDeep<Layout> & { type: Layout['type'] }, Judge][] = [
  [{ type: 'Filesystem' }, filesystems('ext4')],
  [{ type: 'RAID' }, array(0, 'ext4')],
  [{ type: 'LVM', lvm: { slices: 1 } }, slices(1)],
  [{ type: 'Block' }, raw],
  [{ type: 'Swap' }, swap],
];

/**
 * Data in the middle of a drive whose ends are zero: to every probe it is blank, so that its place alone, in another machine
 * of the cloud, keeps it.
 */
const HIDDEN =
  'dd if=/dev/urandom of="$1" bs=1M count=16 seek=500 oflag=direct && test -z "$(blkid -p "$1")"';

const linkOf = (drive: LabDrive | undefined): string =>
  `/dev/disk/by-id/nvme-${drive?.model.replaceAll(' ', '_') ?? ''}_${drive?.serial ?? ''}`;

describe('the remote disk of a cloud, blank as far as anyone can see', () => {
  let scene: Scene;
  let node: LabNode;
  let orders: Orders;
  let remote: LabDrive | undefined;
  let local: string;
  let before: string;

  const digest = (): Promise<string> => node.driveDigest(remote?.id ?? '');
  const judge = async (by: Judge): Promise<void> =>
    by({ node, drives: [local], volumes: await scene.volumesOf(NAME) });
  const wish = (existingData: 'Refuse' | 'Wipe', layout: PartialDeep<Layout>): Promise<void> =>
    scene.apply(profileFor(NAME, { existingData, layout, drives: { minSize: '16Mi', minCount: 1 } }));

  beforeAll(async () => {
    scene = await startScene();
    orders = ordersFor(scene, NAME);
    node = await scene.lab.addNode(NAME, {
      ...{ drives: 1, size: '256M', cloud: 'aws', labels: inPool(NAME), until: 'Ready' },
    });
    const drives = await node.drives();
    remote = drives.find(({ role }) => role === 'remote');
    local = linkOf(drives.find(({ role }) => role === 'local'));
    await node.run(['sh', '-ec', HIDDEN, 'hidden', linkOf(remote)]);
    before = await digest();
  });

  afterAll(() => scene.end());

  it.each(LAYOUTS)('keeps every byte while the local drive beside it is set up as %j', async (layout, by) => {
    await wish('Refuse', layout);
    await orders.endPause();
    const nvme = await untilReadyAs(scene, node, layout.type);
    await judge(by);
    const found = nvme.status?.drives?.find(({ serial }) => serial === remote?.serial);
    expect(found).toMatchObject({ role: 'Remote' });
    expect(await digest()).toBe(before);
    expect(trueCondition(await orders.reset(), 'Paused')).toMatchObject({ reason: 'Reset' });
    await judge(nothing);
    expect(await digest()).toBe(before);
  });

  it('is not handed to SPDK, and neither is a local drive that is no PCI function', async () => {
    await wish('Refuse', { type: 'SPDK' });
    await orders.endPause();
    await scene.until('the local drive to be refused', 300, async () => {
      const refusals = (await scene.nvmeNode(NAME))?.status?.plan?.refusals ?? [];
      return refusals.some(({ reason }) => reason.includes('is no PCI function')) ? true : undefined;
    });
    await judge(nothing);
    await node.run(['test', '-b', linkOf(remote)]);
    expect(await digest()).toBe(before);
  });

  it('keeps every byte also when a wipe is ordered with the ID of the plan', async () => {
    await node.run(['mkswap', local]);
    await wish('Wipe', { type: 'Filesystem' });
    await scene.until('the swap on the local drive to be seen', 300, async () => {
      const { drives = [] } = (await scene.nvmeNode(NAME))?.status ?? {};
      return drives.some(({ role, state }) => role === 'Local' && state === 'Foreign') ? true : undefined;
    });
    await orders.setUp();
    await untilReadyAs(scene, node, 'Filesystem');
    await judge(filesystems('ext4'));
    expect(await digest()).toBe(before);
  });
});
