import { API_VERSION } from '../../../api/group.ts';
import { MANAGED_BY, MANAGED_BY_LABEL } from '../../../api/keys.ts';
import type { NVMeNode } from '../../../api/node.ts';
import type { Node } from '../../../kube/resources.ts';

/** UID of the Node that owns an NVMeNode; undefined when a person made it without an owner. */
export function ownerUID({ metadata }: NVMeNode): string | undefined {
  return metadata.ownerReferences?.find(({ kind }) => kind === 'Node')?.uid;
}

/** The NVMeNode of a node that a profile matches. Its owner is the very Node, so it goes when that goes. */
export function newNVMeNode(node: Node, profile: string): NVMeNode {
  const { name = '', uid = '' } = node.metadata ?? {};
  return {
    apiVersion: API_VERSION,
    kind: 'NVMeNode',
    metadata: {
      name,
      labels: { [MANAGED_BY_LABEL]: MANAGED_BY },
      ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name, uid }],
    },
    spec: { profile },
  };
}
