import { isDeepStrictEqual } from 'node:util';
import type { NVMeNode, NVMeNodeStatus } from '../../api/node.ts';
import type { KubeApi } from '../../kube/api.ts';
import { nvmeNodes } from '../../kube/resources.ts';

/**
 * Writes the whole status if it differs, and gives the object as it is then. Only this agent writes it, so no version is
 * tested; a merge patch would leave old blocks inside `layout` and `plan` behind.
 */
export async function writeStatus(kube: KubeApi, node: NVMeNode, wanted: NVMeNodeStatus): Promise<NVMeNode> {
  const before = node.status ?? {};
  if (isDeepStrictEqual(plain(before), plain(wanted))) return node;
  const operations = [{ op: 'add' as const, path: '/status', value: wanted }];
  return await kube.patch(
    nvmeNodes,
    node.metadata.name ?? '',
    { type: 'json', operations },
    { subresource: 'status' },
  );
}

/** As JSON would have it: absent and undefined are the same. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
