import { HOSTNAME_LABEL } from '../../api/keys.ts';
import type { Plan } from '../../api/plan.ts';
import type { Snapshot } from '../../api/snapshot.ts';
import type { KubeApi } from '../../kube/api.ts';
import { persistentVolumes, type PersistentVolume } from '../../kube/resources.ts';
import type { SetupOrder } from './order.ts';
import type { Situation } from './situation.ts';
import { changesRules, wantedRules } from './wanted.ts';

/**
 * The plan that set-up would follow: the agent's own while the order changes no rules, else one made here by the
 * agent's planner from the inventory it reported. With `Wipe` it shows what an order with its ID would overwrite. Undefined while no agent has reported.
 */
export async function previewPlan(
  kube: KubeApi,
  order: SetupOrder,
  situation: Situation,
): Promise<Plan | undefined> {
  const status = situation.nvmeNode?.status;
  const wipes = wantedRules(order, situation).existingData === 'Wipe';
  if (!changesRules(order, situation) && !wipes) return status?.plan;
  if (status?.inventory === undefined) return undefined;
  const { items } = await kube.listAll(persistentVolumes);
  return planLocally(order, situation, status.inventory, items);
}

async function planLocally(
  order: SetupOrder,
  situation: Situation,
  inventory: Snapshot,
  volumes: readonly PersistentVolume[],
): Promise<Plan> {
  const [{ takeInventory }, { planSetup }, { knownVolume, volumesOnNode }, { givenUp }] = await Promise.all([
    import('../../agent/inventory/classify.ts'),
    import('../../agent/plan/plan.ts'),
    import('../../agent/publish/known-volumes.ts'),
    import('../../agent/order/order.ts'),
  ]);
  const { node } = situation;
  const { name, labels = {} } = node.metadata;
  const spec = wantedRules(order, situation);
  const providerID = node.spec?.providerID;
  const drives = takeInventory(inventory, {
    provider: spec.provider,
    drives: spec.drives,
    strict: true,
    volumes: volumesOnNode(volumes, { name, hostname: labels[HOSTNAME_LABEL] ?? name }).map(knownVolume),
    ...(providerID === undefined ? {} : { providerID }),
    nodeLabels: labels,
  });
  const consent = { order: givenUp('', drives) };
  return planSetup(drives, { spec, nodeUID: node.metadata.uid, consent }).plan;
}
