import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LabNode } from '../../../lab/node/lab-node.ts';
import { JUDGED, type JudgedLayout } from '../../judges/judged-layouts.ts';
import { filesystems, nothing, type Judge } from '../../judges/layouts.ts';
import { restartAgent } from '../main-job/agent-pod.ts';
import { ordersFor, trueCondition, type Orders } from '../main-job/orders.ts';
import { untilReadyAs } from '../main-job/ready-as.ts';
import { inPool, profileFor, startScene, type Scene } from '../main-job/scene.ts';

const NAME = 'laid-out';
/** A set-up, a reboot and a reset: four to ten minutes were seen on a host with much other work. */
const LAYOUT_MS = 1_200_000;

describe.each([2, 4])('with %d drives', (count) => {
  let scene: Scene;
  let node: LabNode;
  let orders: Orders;
  let drives: string[];

  const judge = async (by: Judge): Promise<void> =>
    by({ node, drives, volumes: await scene.volumesOf(NAME) });
  const uids = async () => (await scene.volumesOf(NAME)).map(({ metadata }) => metadata?.uid).sort();
  /** Paths inside the volumes that have files. */
  const files = async (): Promise<string[]> =>
    (await scene.volumesOf(NAME))
      .filter(({ spec }) => spec?.volumeMode !== 'Block')
      .map(({ spec }) => `${spec?.local?.path ?? ''}/file`);

  beforeAll(async () => {
    scene = await startScene();
    orders = ordersFor(scene, NAME);
    node = await scene.lab.addNode(NAME, {
      drives: count,
      size: '512M',
      labels: inPool('laid'),
      until: 'Ready',
    });
    drives = (await node.drives()).map(({ serial }) => `/dev/disk/by-id/nvme-QEMU_NVMe_Ctrl_${serial}`);
  });

  afterAll(() => scene.end());

  it.each(Object.values<JudgedLayout>(JUDGED))(
    '$name: set up, left alone by a second run, there again after a reboot, reset',
    async ({ layout, judge: by }) => {
      await scene.apply(profileFor('laid', { layout, drives: { minSize: '100Mi', minCount: count } }));
      await orders.endPause();
      await untilReadyAs(scene, node, layout.type);
      await judge(by);
      for (const file of await files()) await node.run(['sh', '-c', `echo kept > ${file} && sync`]);
      const before = await uids();

      expect(await restartAgent(scene)).not.toContain('step done');
      expect(await uids()).toEqual(before);

      await node.reboot();
      await untilReadyAs(scene, node, layout.type);
      await judge(by);
      expect(await uids()).toEqual(before);
      for (const file of await files()) expect(await node.run(['cat', file])).toBe('kept\n');

      expect(trueCondition(await orders.reset(), 'Paused')).toMatchObject({ reason: 'Reset' });
      await judge(nothing);
    },
    LAYOUT_MS,
  );

  it('raw after a stop and start: set up anew, under new volumes', async () => {
    await scene.apply(profileFor('laid', { layout: { type: 'Filesystem' }, drives: { minSize: '100Mi' } }));
    await orders.endPause();
    await untilReadyAs(scene, node, 'Filesystem');
    const before = await uids();
    await node.stopStart();
    await scene.until('new volumes', 300, async () => {
      const now = await uids();
      return now.length === count && now.every((uid) => !before.includes(uid)) ? true : undefined;
    });
    await untilReadyAs(scene, node, 'Filesystem');
    await judge(filesystems('ext4'));
  });
});
