import { isRefused } from '../../agent/plan/plan.ts';
import type { NodeRequest } from '../../api/node.ts';
import { describePause, pauseOf } from '../../api/pause.ts';
import type { Plan } from '../../api/plan.ts';
import { isUnfinished } from './outcome.ts';
import type { Followed } from '../follow/outcome.ts';
import { foreignOwner, foreignRecordNext } from './foreign-record.ts';
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

function refuseForeignRecord({ node, nvmeNode }: Situation): Decision | undefined {
  if (nvmeNode === undefined) return undefined;
  const owner = foreignOwner(nvmeNode, node);
  const { name } = node.metadata;
  if (owner === undefined) return undefined;
  return refuse(`NVMeNode ${name} belongs to ${owner}`, foreignRecordNext(name));
}

function refusePaused({ node }: Situation): Decision | undefined {
  const pause = pauseOf(node.metadata.annotations);
  const { name } = node.metadata;
  if (pause === undefined) return undefined;
  return refuse(
    `node ${name} is paused ${describePause(pause)}`,
    `End the pause with: kubectl nvme taint ${name}`,
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
    `Nothing was changed. See every drive and reason: kubectl nvme describe node ${node}`,
  );
}
