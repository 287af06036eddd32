import { PAUSED } from '../../../api/keys.ts';
import type { Condition } from '../../../api/meta.ts';
import type { NodeRequest, NVMeNode } from '../../../api/node.ts';
import { nodes, nvmeNodes } from '../../../kube/resources.ts';
import type { Scene } from './scene.ts';

/** What a person orders of a node's agent, and how it ended. */
export interface Orders {
  /** Orders it and waits until it is done or refused. */
  carryOut(request: Omit<NodeRequest, 'id'>): Promise<NVMeNode>;
  /** Orders the reset that is planned now, and does so again when the plan has changed meanwhile, as a person would. */
  reset(): Promise<NVMeNode>;
  /** The same of a set-up. */
  setUp(): Promise<NVMeNode>;
  endPause(): Promise<void>;
}

/** The condition of that type, where it is true. */
export const trueCondition = (nvme: NVMeNode | undefined, type: string): Condition | undefined =>
  nvme?.status?.conditions?.find((one) => one.type === type && one.status === 'True');

/** Orders for the node of that name. */
export function ordersFor(scene: Pick<Scene, 'kube' | 'nvmeNode' | 'until'>, name: string): Orders {
  let count = 0;
  const carryOut: Orders['carryOut'] = async (request) => {
    const id = `order-${(count += 1)}`;
    await scene.kube.patch(nvmeNodes, name, {
      type: 'merge',
      body: { spec: { request: { ...request, id } } },
    });
    return await scene.until(`the ${request.type} to be done or refused`, 480, async () => {
      const nvme = await scene.nvmeNode(name);
      const done = nvme?.status?.observedRequestID === id && nvme.status.progress === undefined;
      return done ? nvme : undefined;
    });
  };
  const byPlan = async (type: NodeRequest['type']): Promise<NVMeNode> => {
    for (let tries = 1; ; tries += 1) {
      const { plan, resetPlan } = (await scene.nvmeNode(name))?.status ?? {};
      const planID = (type === 'reset' ? resetPlan : plan)?.id ?? '';
      const nvme = await carryOut({ type, planID });
      const refusal = trueCondition(nvme, 'Refused')?.message ?? '';
      if (tries === 5 || !refusal.includes('and the plan is')) return nvme;
    }
  };
  return {
    carryOut,
    reset: () => byPlan('reset'),
    setUp: () => byPlan('setup'),
    endPause: async () => {
      const body = { metadata: { annotations: { [PAUSED]: null } } };
      await scene.kube.patch(nodes, name, { type: 'merge', body });
    },
  };
}
