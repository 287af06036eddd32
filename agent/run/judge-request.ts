import { describePause, type Pause } from '../../api/pause.ts';
import type { NodeRequest } from '../../api/node.ts';
import type { Plan } from '../../api/plan.ts';
import type { PlannedReset } from '../plan/reset/reset.ts';
import { pauseObstacle } from './reset/pause.ts';

/** What a request is judged by. */
export interface RequestContext {
  /** The plan of a set-up now. */
  plan: Plan;
  /** The plan of a reset now. */
  reset: PlannedReset;
  pause?: Pause | undefined;
}

/** Why a request is not carried out, in words; undefined when it is. */
export function requestObstacle(request: NodeRequest, context: RequestContext): string | undefined {
  return request.type === 'reset' ? resetObstacle(request, context) : setupObstacle(request, context);
}

function setupObstacle({ planID }: NodeRequest, { plan, pause }: RequestContext): string | undefined {
  if (pause !== undefined) return `the node is paused ${describePause(pause)}`;
  return planID === undefined || planID === plan.id ? undefined : stale(planID, plan);
}

/** A person must have seen what is deleted: there is no reset without the ID of its plan. */
function resetObstacle({ planID }: NodeRequest, { reset, pause }: RequestContext): string | undefined {
  const paused = pauseObstacle(pause);
  if (paused !== undefined) return paused;
  const { plan, blocked } = reset;
  if (planID === undefined) return `a reset is ordered with the ID of its plan, which is ${plan.id} now`;
  if (planID !== plan.id) return stale(planID, plan);
  return blocked ? plan.refusals.map(({ path, reason }) => `${path}: ${reason}`).join('; ') : undefined;
}

const stale = (planID: string, plan: Plan): string =>
  `it was for plan ${planID}, and the plan is ${plan.id} now: look at it and ask again`;
