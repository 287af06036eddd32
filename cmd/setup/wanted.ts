import { isDeepStrictEqual } from 'node:util';
import { effectiveSpec, layoutWithDefaults } from '../../api/defaults.ts';
import { API_VERSION } from '../../api/group.ts';
import { MANAGED_BY, MANAGED_BY_LABEL } from '../../api/keys.ts';
import type { NodeRequest, NVMeNode, NVMeNodeSpec } from '../../api/node.ts';
import type { NVMeProfileSpec } from '../../api/profile.ts';
import type { SetupOrder } from './order.ts';
import { isUnfinished } from './outcome.ts';
import type { Situation } from './situation.ts';

/** The NVMeNode's spec as the order wants it, its request left as it is. */
export function wantedSpec(order: SetupOrder, { nvmeNode, profile }: Situation): NVMeNodeSpec {
  const { profile: ruling, overrides: _, ...rest } = nvmeNode?.spec ?? {};
  const name = order.profile ?? ruling ?? profile?.metadata.name;
  return {
    ...rest,
    ...(name === undefined ? {} : { profile: name }),
    ...overridesFor(order, nvmeNode),
  };
}

/**
 * An ordered profile brings its own layout, so an earlier order's layout must not lie over it. What an earlier order
 * said about existing data stands only while that order is being carried out: nobody may wipe by having wiped once.
 */
function overridesFor(order: SetupOrder, nvmeNode: NVMeNode | undefined): Pick<NVMeNodeSpec, 'overrides'> {
  const { layout, existingData, ...others } = nvmeNode?.spec?.overrides ?? {};
  const wanted = order.layout === undefined ? undefined : layoutWithDefaults({ type: order.layout });
  const kept = wanted ?? (order.profile === undefined ? layout : undefined);
  const data = order.existingData ?? (nvmeNode && isUnfinished(nvmeNode) ? existingData : undefined);
  const merged = {
    ...others,
    ...(kept === undefined ? {} : { layout: kept }),
    ...(data === undefined ? {} : { existingData: data }),
  };
  return Object.keys(merged).length === 0 ? {} : { overrides: merged };
}

/** The node's ruling spec under the order, every field set. */
export function wantedRules(order: SetupOrder, situation: Situation): NVMeProfileSpec {
  return effectiveSpec(situation.profile?.spec, wantedSpec(order, situation).overrides);
}

/** Whether the order changes what rules the node now; then the agent's own plan is not the one to show. */
export function changesRules(order: SetupOrder, situation: Situation): boolean {
  const { nvmeNode } = situation;
  if (nvmeNode === undefined) return true;
  const { profile, overrides } = wantedSpec(order, situation);
  return (
    profile !== nvmeNode.spec?.profile || !isDeepStrictEqual(overrides ?? {}, nvmeNode.spec?.overrides ?? {})
  );
}

/** The one-time order to the agent; a plan ID is passed on only when a person gave it. */
export function setupRequest(order: SetupOrder, id: string): NodeRequest {
  return { id, type: 'setup', ...(order.planID === undefined ? {} : { planID: order.planID }) };
}

/** A new NVMeNode for a node that nothing enrolled; it goes when the Node goes. */
export function newNVMeNode(spec: NVMeNodeSpec, { node }: Situation): NVMeNode {
  const { name, uid } = node.metadata;
  return {
    apiVersion: API_VERSION,
    kind: 'NVMeNode',
    metadata: {
      name,
      labels: { [MANAGED_BY_LABEL]: MANAGED_BY },
      ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name, uid }],
    },
    spec,
  };
}
