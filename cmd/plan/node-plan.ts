import { isRefused } from '../../agent/plan/plan.ts';
import { API_VERSION } from '../../api/group.ts';
import type { Plan } from '../../api/plan.ts';
import type { KubeApi } from '../../kube/api.ts';
import type { Printable } from '../print/objects.ts';
import { NONE } from '../print/table.ts';
import { noPlan } from '../setup/no-plan.ts';
import type { SetupOrder } from '../setup/order.ts';
import { previewPlan } from '../setup/preview.ts';
import { readSituation } from '../setup/situation.ts';
import { layoutText } from '../../api/summary.ts';

/** A plan with the node that it is for, as `-o json` prints it. */
export interface NodePlan extends Plan {
  apiVersion: string;
  kind: 'NodePlan';
  metadata: { name: string };
}

/** The plan that set-up would follow on one node; rejects when its agent has reported nothing to plan from. */
export async function readPlan(kube: KubeApi, order: SetupOrder): Promise<NodePlan> {
  const plan = await previewPlan(kube, order, await readSituation(kube, order));
  if (plan === undefined) throw noPlan(order.node);
  return { apiVersion: API_VERSION, kind: 'NodePlan', metadata: { name: order.node }, ...plan };
}

/** How plans are printed as a table: `-o wide`. */
export const printablePlans: Printable<NodePlan> = {
  columns: [
    { header: 'NODE', value: ({ metadata }) => metadata.name },
    { header: 'PLAN', value: ({ id }) => id },
    { header: 'LAYOUT', value: ({ layout }) => layoutText(layout) },
    { header: 'PROVIDER', value: ({ provider }) => provider },
    { header: 'STEPS', value: ({ steps }) => String(steps.length) },
    { header: 'DRIVES', value: ({ candidates }) => candidates.join(',') || NONE },
    { header: 'REFUSED', value: ({ refusals }) => refusals.map(({ path }) => path).join(',') || NONE },
  ],
  name: ({ metadata }) => `node/${metadata.name}`,
};

/** Why nothing can be done by this plan, in one line; undefined when something can, or all is done. */
export function refusalOf(plan: NodePlan): string | undefined {
  if (!isRefused(plan)) return undefined;
  const reasons = plan.refusals.map(({ path, reason }) => `${path}: ${reason}`);
  return `node ${plan.metadata.name} has no drive that may be set up: ${reasons.join('; ')}`;
}
