import type { NVMeNode, NVMeNodeStatus } from '../../../api/node.ts';
import { timestamp } from '../../../kube/timestamp.ts';
import { nvmeNodes, type Node } from '../../../kube/resources.ts';
import type { Scene } from './scene.ts';

/** Waits until enrol has made the NVMeNode of that very Node. */
export const enrolled = (scene: Scene, { metadata: of }: Node): Promise<NVMeNode> =>
  scene.until('an NVMeNode of the new Node', async () => {
    const found = await scene.peek(nvmeNodes, of?.name ?? '');
    return found?.metadata.ownerReferences?.[0]?.uid === of?.uid ? found : undefined;
  });

/** What the node's agent reports after it has looked at its one drive: these volumes are on it. */
export async function report(
  { kube }: Scene,
  { metadata }: Node,
  volumes: NonNullable<NVMeNodeStatus['volumes']>,
): Promise<void> {
  const discovered = {
    ...{ type: 'Discovered', status: 'True', reason: 'AsExpected', message: 'read' },
    lastTransitionTime: timestamp(Date.now()),
  };
  const status = {
    nodeUID: metadata?.uid ?? '',
    bootID: 'boot-1',
    drives: [{ path: '/dev/nvme1n1', size: 2 ** 31, role: 'Local', state: 'Ours' }],
    volumes,
    conditions: [discovered],
  };
  const patch = { type: 'merge' as const, body: { status } };
  await kube.patch(nvmeNodes, metadata?.name ?? '', patch, { subresource: 'status' });
}
