import { describePause, pauseOf, PAUSED_BY_RESET } from '../../api/pause.ts';
import type { NVMeNode } from '../../api/node.ts';
import type { Plan } from '../../api/plan.ts';
import type { Node, PersistentVolume } from '../../kube/resources.ts';
import type { Followed } from '../follow/outcome.ts';
import { foreignOwner, foreignRecordNext } from '../setup/foreign-record.ts';
import { isUnfinished } from '../setup/outcome.ts';

/** The cluster as a reset finds it. */
export interface ResetSituation {
  node: Node;
  nvmeNode?: NVMeNode;
  /** Our PersistentVolumes of this node; those of others are the agent's to find on the drives. */
  volumes: readonly PersistentVolume[];
}

/** What to do with a reset. */
export type ResetDecision =
  | { kind: 'order'; plan: Plan; nvmeNode: NVMeNode }
  /** A reset is under way already: follow that one. */
  | { kind: 'attach'; followed: Followed }
  | { kind: 'nothing'; plan: Plan }
  | { kind: 'refuse'; message: string; next: string };

const refuse = (message: string, next: string): ResetDecision => ({ kind: 'refuse', message, next });

/** Decides from what was read, before a person is asked; the agent decides again on the drives themselves. */
export function decideReset(situation: ResetSituation, planID: string | undefined): ResetDecision {
  const { node, nvmeNode } = situation;
  const name = node.metadata?.name ?? '';
  const plan = nvmeNode?.status?.resetPlan;
  const early = refusePaused(node, name) ?? refuseForeign(nvmeNode, node) ?? underWay(nvmeNode, name);
  if (early !== undefined) return early;
  if (nvmeNode === undefined || plan === undefined) {
    return refuse(
      `there is no reset plan for node ${name}: its agent has not reported one`,
      `See whether an agent runs there, and what it says: kubectl nvme logs ${name}`,
    );
  }
  return (
    refuseClaimed(situation, name) ??
    refuseStale(plan, planID, name) ??
    refuseByPlan(plan, name) ??
    (plan.steps.length === 0 ? { kind: 'nothing', plan } : { kind: 'order', plan, nvmeNode })
  );
}

/** The pause that an earlier reset left behind does not stand in the way of the next. */
function refusePaused({ metadata }: Node, name: string): ResetDecision | undefined {
  const pause = pauseOf(metadata?.annotations);
  if (pause === undefined || pause.by === PAUSED_BY_RESET) return undefined;
  return refuse(
    `node ${name} is paused ${describePause(pause)}`,
    `End the pause with: kubectl nvme taint ${name}`,
  );
}

function refuseForeign(nvmeNode: NVMeNode | undefined, node: Node): ResetDecision | undefined {
  const owner = nvmeNode && foreignOwner(nvmeNode, node);
  const name = node.metadata?.name ?? '';
  return owner === undefined
    ? undefined
    : refuse(`NVMeNode ${name} belongs to ${owner}`, foreignRecordNext(name));
}

function underWay(nvmeNode: NVMeNode | undefined, name: string): ResetDecision | undefined {
  if (nvmeNode === undefined || !isUnfinished(nvmeNode)) return undefined;
  const { request } = nvmeNode.spec ?? {};
  if (request?.type === 'reset') {
    return {
      kind: 'attach',
      followed: { requestID: request.id, generation: nvmeNode.metadata.generation ?? 0 },
    };
  }
  return refuse(
    `a set-up of node ${name} is under way (request ${request?.id ?? 'of the profile'})`,
    `Wait until it is done: kubectl nvme setup node ${name}`,
  );
}

/** Nothing overrides a claim: its data is somebody's. */
function refuseClaimed({ volumes }: ResetSituation, name: string): ResetDecision | undefined {
  const claimed = volumes.filter(
    ({ status }) => status?.phase !== 'Available' && status?.phase !== 'Released',
  );
  if (claimed.length === 0) return undefined;
  const names = claimed.map(({ metadata, spec }) => {
    const { namespace, name: claim } = spec?.claimRef ?? {};
    return claim ? `${metadata?.name ?? ''} (claim ${namespace ?? ''}/${claim})` : (metadata?.name ?? '');
  });
  return refuse(
    `node ${name} has volumes in use: ${names.join(', ')}`,
    'Move the data away and delete the claims first; nothing was changed',
  );
}

function refuseStale({ id }: Plan, planID: string | undefined, name: string): ResetDecision | undefined {
  if (planID === undefined || planID === id) return undefined;
  return refuse(
    `plan ${planID} is stale: the reset plan for node ${name} is now ${id}`,
    `Look at it again: kubectl nvme reset node ${name} --dry-run`,
  );
}

function refuseByPlan({ steps, refusals }: Plan, name: string): ResetDecision | undefined {
  if (steps.length > 0 || refusals.length === 0) return undefined;
  const reasons = refusals.map(({ path, reason }) => `\n  ${path}: ${reason}`);
  return refuse(
    `node ${name} has no drive that may be reset:${reasons.join('')}`,
    `Nothing was changed. See every drive: kubectl nvme describe node ${name}`,
  );
}
