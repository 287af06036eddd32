import { join } from 'node:path';
import type { PersistentVolume } from '../../kube/resources.ts';
import { projectImage } from '../../lab/assets/image.ts';
import { repoDir } from '../../lab/install/install.ts';
import type { LabNode } from '../../lab/node/lab-node.ts';
import { testLabContext } from '../builders/lab-context.ts';
import { ordersFor, type Orders } from '../nodes/main-job/orders.ts';
import { inPool, profileFor, type Scene } from '../nodes/main-job/scene.ts';
import { installAgent } from './agent-unit.ts';
import type { RoundPlan } from './round-plan.ts';

/** A machine that is tortured: four drives for the layouts, and one with data that is none of ours. */
export interface Subject {
  node: LabNode;
  orders: Orders;
  /** Serial numbers of the drives for the layouts. */
  serials: readonly string[];
  alien: { id: string; digest: string };
}

/** The smallest drive on which xfs can be made, and room for three slices of two. */
const DRIVE = '512M';
const DRIVES = 4;

const byId = (serial: string): string => `/dev/disk/by-id/nvme-QEMU_NVMe_Ctrl_${serial}`;

/** By-id paths of the drives that the round is about. */
export const drivesOf = ({ serials }: Subject, { drives }: RoundPlan): string[] =>
  serials.slice(0, drives).map(byId);

export const volumesOf = async (scene: Scene, { node }: Subject): Promise<PersistentVolume[]> =>
  (await scene.volumesOf(node.name)).sort((a, b) =>
    (a.metadata?.name ?? '').localeCompare(b.metadata?.name ?? ''),
  );

/** A filesystem with files in it, as somebody left it. */
const ALIEN = `set -e
mkfs.ext4 -q "$1"
mkdir -p /mnt/alien
mount "$1" /mnt/alien
dd if=/dev/urandom of=/mnt/alien/noise bs=1M count=16 status=none
umount /mnt/alien`;

/** A new machine whose Node is tainted and enrolled; its agent runs and waits for a profile that lets it begin. */
export async function newSubject(scene: Scene, name: string): Promise<Subject> {
  // Before the machine, whose disk has the image of this very moment.
  const { ref } = await projectImage(testLabContext(), { repoDir, distDir: join(repoDir, 'dist') });
  await scene.apply(profileFor(name, { setup: 'Manual' }));
  const node = await scene.lab.addNode(name, {
    ...{ drives: DRIVES + 1, size: DRIVE, labels: inPool(name), until: 'Ready' },
    // A kubelet that allows swap already: its restart is another test's affair.
    kubeletConfiguration: { failSwapOn: false, memorySwap: { swapBehavior: 'LimitedSwap' } },
  });
  const drives = await node.drives();
  const alien = drives.at(-1) ?? { id: '', serial: '' };
  await node.run(['sh', '-c', ALIEN, 'alien', byId(alien.serial)], { timeoutMs: 120_000 });
  const digest = await node.driveDigest(alien.id);
  await installAgent(scene, node, ref);
  return {
    ...{ node, orders: ordersFor(scene, name), alien: { id: alien.id, digest } },
    serials: drives.slice(0, DRIVES).map(({ serial }) => serial),
  };
}

/** Says what the node's drives should be in this round. */
export async function wish(scene: Scene, { node, serials }: Subject, plan: RoundPlan): Promise<void> {
  const { drives, tried, clean } = plan;
  await scene.apply(
    profileFor(node.name, {
      layout: tried.layout,
      drives: {
        minSize: '100Mi',
        minCount: drives,
        exclude: serials.slice(drives).map((serial) => `*${serial}`),
      },
      volumes: { clean },
    }),
  );
}
