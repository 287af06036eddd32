import type { NVMeNode, NVMeNodeSpec } from '../../api/node.ts';
import type { KubeApi } from '../../kube/api.ts';
import { nvmeNodes } from '../../kube/resources.ts';
import type { Followed } from '../follow/outcome.ts';
import type { SetupOrder } from './order.ts';
import type { Situation } from './situation.ts';
import { newNVMeNode, setupRequest, wantedSpec } from './wanted.ts';

/**
 * Writes the order into NVMeNode.spec. A conflict is left to the caller: what was decided was decided on an object
 * that is no longer the newest.
 */
export async function placeOrder(
  kube: KubeApi,
  order: SetupOrder,
  situation: Situation,
  options: { id: string; dryRun: boolean },
): Promise<Followed> {
  const { id, dryRun } = options;
  const spec: NVMeNodeSpec = { ...wantedSpec(order, situation), request: setupRequest(order, id) };
  const { nvmeNode } = situation;
  const written =
    nvmeNode === undefined
      ? await kube.create(nvmeNodes, newNVMeNode(spec, situation), { dryRun })
      : await kube.patch(
          nvmeNodes,
          order.node,
          { type: 'json', operations: patchOf(nvmeNode, spec) },
          { dryRun },
        );
  return { requestID: id, generation: written.metadata.generation ?? 0 };
}

/** Replaces the spec only in the object that was read: `add` replaces a member that is there (RFC 6902 §4.1). */
function patchOf({ metadata }: NVMeNode, spec: NVMeNodeSpec) {
  return [
    { op: 'test' as const, path: '/metadata/resourceVersion', value: metadata.resourceVersion },
    { op: 'add' as const, path: '/spec', value: spec },
  ];
}
