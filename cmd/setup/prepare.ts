import type { Plan } from '../../api/plan.ts';
import type { KubeApi } from '../../kube/api.ts';
import { decide, type Decision } from './decide.ts';
import type { SetupOrder } from './order.ts';
import { previewPlan } from './preview.ts';
import { readSituation, type Situation } from './situation.ts';

/** An order with all that is known before anything is written. */
export interface Prepared {
  order: SetupOrder;
  situation: Situation;
  /** Absent while the agent has reported nothing to plan from. */
  plan: Plan | undefined;
  decision: Decision;
}

/** Reads one node's situation and decides what to do with the order; writes nothing. */
export async function prepare(kube: KubeApi, order: SetupOrder): Promise<Prepared> {
  const situation = await readSituation(kube, order);
  const plan = await previewPlan(kube, order, situation);
  return { order, situation, plan, decision: decide(order, situation, plan) };
}
