import { DISKS_READY } from '../../api/keys.ts';
import type { KubeApi } from '../../kube/api.ts';
import { nodeConditionPatch } from '../../kube/conditions.ts';
import { isConflict, isInvalid } from '../../kube/errors.ts';
import { nodes, type Node } from '../../kube/resources.ts';
import type { Readiness } from './readiness.ts';

const ATTEMPTS = 5;

/** Sets the Node condition that other tools wait for; writes only a difference. `now` is RFC 3339. */
export async function writeNodeCondition(
  kube: KubeApi,
  node: Node,
  ready: Readiness,
  now: string,
): Promise<void> {
  const name = node.metadata?.name ?? '';
  const wanted = {
    type: DISKS_READY,
    status: ready.ready ? ('True' as const) : ('False' as const),
    reason: ready.reason,
    message: ready.message,
  };
  let seen = node;
  for (let attempt = 1; ; attempt += 1) {
    const operations = nodeConditionPatch(seen, wanted, now);
    if (operations.length === 0) return;
    try {
      await kube.patch(nodes, name, { type: 'json', operations }, { subresource: 'status' });
      return;
    } catch (error) {
      // The kubelet writes conditions, too: our place in the list has moved.
      if (attempt === ATTEMPTS || (!isConflict(error) && !isInvalid(error))) throw error;
      seen = await kube.get(nodes, name);
    }
  }
}
