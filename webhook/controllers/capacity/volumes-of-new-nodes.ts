import { INSTANCE_TYPE_LABEL } from '../../../api/keys.ts';
import type { NVMeNode } from '../../../api/node.ts';
import type { Node } from '../../../kube/resources.ts';

/** What a new node can be counted on to bring, in bytes. */
export interface NewVolumes {
  /** The largest single volume. */
  largest: number;
  /** All volumes together. */
  total: number;
}

/**
 * What new nodes of a profile will bring, by instance type (empty when the nodes have none): the least that a node of
 * that type has now. Volumes that are bound count too, since a new node's are free.
 */
export function volumesOfNewNodes(
  profile: string,
  nvmeNodes: Iterable<NVMeNode>,
  nodes: ReadonlyMap<string, Node>,
): Map<string, NewVolumes> {
  const found = new Map<string, NewVolumes>();
  for (const { metadata, spec, status } of nvmeNodes) {
    const node = nodes.get(metadata.name ?? '');
    const usable = (status?.volumes ?? []).filter(({ state }) => state !== 'Lost' && state !== 'Failed');
    if (spec?.profile !== profile || node === undefined || usable.length === 0) continue;
    const type = node.metadata?.labels?.[INSTANCE_TYPE_LABEL] ?? '';
    const sizes = usable.map(({ capacity }) => capacity);
    const before = found.get(type) ?? { largest: Infinity, total: Infinity };
    found.set(type, {
      largest: Math.min(before.largest, Math.max(...sizes)),
      total: Math.min(
        before.total,
        sizes.reduce((sum, size) => sum + size, 0),
      ),
    });
  }
  return found;
}
