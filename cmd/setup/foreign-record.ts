import type { NVMeNode } from '../../api/node.ts';
import type { Node } from '../../kube/resources.ts';

/**
 * Whose an NVMeNode is when it is not this very Node's, in words: the agent waits for one that its Node owns, because
 * another speaks of an earlier machine of that name.
 */
export function foreignOwner(nvmeNode: NVMeNode, { metadata }: Pick<Node, 'metadata'>): string | undefined {
  const owner = nvmeNode.metadata.ownerReferences?.find(({ kind }) => kind === 'Node');
  if (owner?.uid === metadata?.uid) return undefined;
  return owner ? 'an earlier node of that name' : 'no node';
}

/** What to do about it. */
export const foreignRecordNext = (name: string): string =>
  `nvme-webhook replaces it within seconds; without it: kubectl delete nvmenode ${name}`;
