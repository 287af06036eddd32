import { SPDK_NODE } from '../../../api/keys.ts';
import type { NVMeNode } from '../../../api/node.ts';
import type { JsonPatchOperation } from '../../../kube/patches.ts';
import type { Deployment, Node, Pod } from '../../../kube/resources.ts';
import { keyOf } from '../../../kube/store.ts';
import { hostnameOf } from '../../../spdk/deployment.ts';
import { grantOf, isPodOf, type OwnPods, type SpdkGrant } from '../../../spdk/grant.ts';
import { isPinnedTo, refit, spdkContainer } from '../../../spdk/refit.ts';

export interface SpdkState {
  /** Those that are to be kept current. */
  deployments: readonly Deployment[];
  nodes: ReadonlyMap<string, Node>;
  nvmeNodes: ReadonlyMap<string, NVMeNode>;
  /** Pods of a node. */
  podsOn: (node: string) => readonly Pod[];
}

export type SpdkDecision =
  /** It has what the node has. */
  | { kind: 'fits' }
  /** What is free cannot be told while its pods come or go, or before the agent has reported. */
  | { kind: 'wait' }
  /** It stays as it is until a person does something. */
  | { kind: 'held'; problem: string }
  | { kind: 'refit'; grant: SpdkGrant; operations: JsonPatchOperation[]; podUIDs: string[] };

export interface DecidedSpdk {
  deployment: Deployment;
  decision: SpdkDecision;
}

/** What is to be done about each. Of several for one node only the oldest is kept: each would take all that is free. */
export function decideSpdk(state: SpdkState): DecidedSpdk[] {
  const first = new Map<string, Deployment>();
  return [...state.deployments].sort(byAge).map((deployment) => {
    const nodeName = deployment.metadata?.annotations?.[SPDK_NODE];
    if (nodeName === undefined) return { deployment, decision: held(`it has no annotation ${SPDK_NODE}`) };
    const other = first.get(nodeName);
    if (other === undefined) first.set(nodeName, deployment);
    const decision =
      other === undefined
        ? decideOne(deployment, nodeName, state)
        : held(`deployment ${keyOf(other)} is kept current for node ${nodeName} already`);
    return { deployment, decision };
  });
}

const held = (problem: string): SpdkDecision => ({ kind: 'held', problem });

function byAge(a: Deployment, b: Deployment): number {
  const [since, other] = [a, b].map(
    ({ metadata }) => `${metadata?.creationTimestamp ?? ''} ${keyOf({ metadata })}`,
  );
  return (since ?? '') < (other ?? '') ? -1 : 1;
}

function decideOne(deployment: Deployment, nodeName: string, state: SpdkState): SpdkDecision {
  const node = state.nodes.get(nodeName);
  if (node === undefined) return held(`node ${nodeName} is not there`);
  const found = spdkContainer(deployment);
  if ('problem' in found) return held(found.problem);
  const odd = notOnePodOf(deployment, node);
  if (odd !== undefined) return held(odd);
  const nvmeNode = state.nvmeNodes.get(nodeName);
  if (nvmeNode === undefined) return held(`node ${nodeName} has no NVMeNode`);
  if (!hasReported(nvmeNode, node)) return { kind: 'wait' };
  const pods = state.podsOn(nodeName);
  const own = ownPods(deployment);
  const mine = pods.filter((pod) => isPodOf(own, pod) && isLiving(pod));
  if (!mine.every(isSettled)) return { kind: 'wait' };
  const grant = grantOf({ node, nvmeNode, pods }, found.size, own);
  if ('problem' in grant) return held([grant.problem, grant.next ?? []].flat().join('. '));
  const operations = refit(deployment, found, grant);
  if (operations === undefined) return { kind: 'fits' };
  return { kind: 'refit', grant, operations, podUIDs: mine.map(({ metadata }) => metadata?.uid ?? '') };
}

/** Only one pod on this very node can have all that it has. */
function notOnePodOf(deployment: Deployment, node: Node): string | undefined {
  const { replicas = 1, strategy } = deployment.spec ?? {};
  if (replicas > 1) return `it has ${replicas} replicas, expected 1`;
  if (strategy?.type !== 'Recreate')
    return 'its strategy is not Recreate: a new pod would wait for the old one';
  if (isPinnedTo(deployment, hostnameOf(node))) return undefined;
  return `its pods may run elsewhere than on node ${node.metadata?.name ?? ''}`;
}

/** A report of an earlier machine or boot says nothing of what is free now. */
const hasReported = ({ status }: NVMeNode, { metadata, status: now }: Node): boolean =>
  status?.nodeUID === metadata?.uid && status?.bootID === now?.nodeInfo?.bootID;

const ownPods = ({ metadata, spec }: Deployment): OwnPods => ({
  namespace: metadata?.namespace ?? '',
  labels: spec?.selector.matchLabels ?? {},
});

const isLiving = ({ status }: Pod): boolean => status?.phase !== 'Succeeded' && status?.phase !== 'Failed';

/** Holds the pages that it has asked for; one that starts, ends or crashes holds nobody knows how many. */
const isSettled = ({ metadata, status }: Pod): boolean =>
  metadata?.deletionTimestamp === undefined &&
  status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') === true;
