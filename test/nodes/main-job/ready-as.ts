import type { Layout } from '../../../api/layout.ts';
import type { NVMeNode } from '../../../api/node.ts';
import type { LabNode } from '../../../lab/node/lab-node.ts';
import { trueCondition } from './orders.ts';
import type { Scene } from './scene.ts';

/** Waits until the node is ready under that layout in the boot that its machine runs now. */
export async function untilReadyAs(scene: Scene, node: LabNode, type: Layout['type']): Promise<NVMeNode> {
  const bootID = (await node.bootID()).trim();
  return await scene.until(`${node.name} to be ready as ${type}`, 300, async () => {
    const nvme = await scene.nvmeNode(node.name);
    const here = nvme?.status?.bootID === bootID && nvme.status.layout?.type === type;
    return here && trueCondition(nvme, 'Ready') !== undefined ? nvme : undefined;
  });
}
