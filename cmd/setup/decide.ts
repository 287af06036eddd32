import { isRefused } from '../../agent/plan/plan.ts';
import { PAUSED } from '../../api/keys.ts';
import type { NodeRequest } from '../../api/node.ts';
import type { Plan } from '../../api/plan.ts';
import { isUnfinished, type Followed } from './outcome.ts';
import type { SetupOrder } from './order.ts';
import type { Situation } from './situation.ts';
import { changesRules } from './wanted.ts';

/** What to do with an order. */
export type Decision =
  | { kind: 'write' }
  /** A set-up is under way already: follow that one. */
  | { kind: 'attach'; followed: Followed }
  | { kind: 'refuse'; message: string; next: string };

/** Decides from what was read, before anything is written; the agent decides again on the drives themselves. */
export function decide(order: SetupOrder, situation: Situation, plan: Plan | undefined): Decision {
  return (
    refuseWithoutRules(order, situation) ??
    refuseForeignRecord(situation) ??
    refusePaused(situation) ??
    underWay(order, situation) ??
    refuseStalePlan(order, plan) ??
    refuseByPlan(order, plan) ?? { kind: 'write' }
  );
}

const refuse = (message: string, next: string): Decision => ({ kind: 'refuse', message, next });

function refuseWithoutRules(order: SetupOrder, { nvmeNode, profile }: Situation): Decision | undefined {
  if (nvmeNode !== undefined || profile !== undefined || order.layout !== undefined) return undefined;
  return refuse(
    `no NVMeProfile matches node ${order.node}, so it is not known how its drives should look`,
    `Choose one: kubectl nvme setup node ${order.node} --profile NAME, or --layout filesystem|raid|lvm`,
  );
}

/** The agent waits for an NVMeNode that the very Node owns; another one speaks of an earlier machine of that name. */
function refuseForeignRecord({ node, nvmeNode }: Situation): Decision | undefined {
  if (nvmeNode === undefined) return undefined;
  const owner = nvmeNode.metadata.ownerReferences?.find(({ kind }) => kind === 'Node');
  if (owner?.uid === node.metadata.uid) return undefined;
  const { name } = node.metadata;
  return refuse(
    `NVMeNode ${name} belongs to ${owner ? 'an earlier node of that name' : 'no node'}`,
    `nvme-webhook replaces it within seconds; without it: kubectl delete nvmenode ${name}`,
  );
}

function refusePaused({ node }: Situation): Decision | undefined {
  if (node.metadata.annotations?.[PAUSED] === undefined) return undefined;
  return refuse(
    `node ${node.metadata.name} is paused (${node.metadata.annotations[PAUSED]})`,
    `End the pause with: kubectl nvme taint ${node.metadata.name}`,
  );
}

function underWay(order: SetupOrder, situation: Situation): Decision | undefined {
  const { nvmeNode } = situation;
  if (nvmeNode === undefined || !isUnfinished(nvmeNode)) return undefined;
  const request = nvmeNode.spec?.request;
  if (request?.type === 'reset') {
    return refuse(
      `node ${order.node} is being reset (request ${request.id})`,
      `Wait until it is done: kubectl nvme status ${order.node} -w`,
    );
  }
  if (!isSameOrder(order, situation, request)) {
    return refuse(
      `another set-up of node ${order.node} is under way (request ${request?.id ?? 'of the profile'})`,
      `Follow it with: kubectl nvme setup node ${order.node}`,
    );
  }
  const { generation = 0 } = nvmeNode.metadata;
  return { kind: 'attach', followed: { generation, ...(request ? { requestID: request.id } : {}) } };
}

function isSameOrder(order: SetupOrder, situation: Situation, request: NodeRequest | undefined): boolean {
  const samePlan = order.planID === undefined || order.planID === request?.planID;
  return samePlan && !changesRules(order, situation);
}

function refuseStalePlan({ planID, node }: SetupOrder, plan: Plan | undefined): Decision | undefined {
  if (planID === undefined || planID === plan?.id) return undefined;
  return refuse(
    `plan ${planID} is stale: ${plan ? `the plan for node ${node} is now ${plan.id}` : `node ${node} has no plan yet`}`,
    `Look at it again: kubectl nvme plan node ${node}`,
  );
}

/** Refusals stop the order only when nothing is left to do; drives that are left alone beside others do not. */
function refuseByPlan({ node, planID }: SetupOrder, plan: Plan | undefined): Decision | undefined {
  if (plan === undefined || planID !== undefined) return undefined;
  if (!isRefused(plan)) return undefined;
  const reasons = plan.refusals.map(({ path, reason }) => `\n  ${path}: ${reason}`);
  return refuse(
    `node ${node} has no drive that may be set up:${reasons.join('')}`,
    `Nothing was changed. See every drive and reason: kubectl nvme status ${node} -o yaml`,
  );
}
