import { HOSTNAME_LABEL, VOLUME_IDENTITY } from '../../api/keys.ts';
import type { Plan } from '../../api/plan.ts';
import type { Snapshot } from '../../api/snapshot.ts';
import type { KnownVolume } from '../../agent/plan/known-volume.ts';
import type { KubeApi } from '../../kube/api.ts';
import { persistentVolumes, type PersistentVolume } from '../../kube/resources.ts';
import type { SetupOrder } from './order.ts';
import type { Situation } from './situation.ts';
import { changesRules, wantedRules } from './wanted.ts';

/**
 * The plan that set-up would follow: the agent's own while the order changes no rules, else one made here by the
 * agent's planner from the inventory it reported. Undefined while no agent has reported.
 */
export async function previewPlan(
  kube: KubeApi,
  order: SetupOrder,
  situation: Situation,
): Promise<Plan | undefined> {
  const status = situation.nvmeNode?.status;
  if (!changesRules(order, situation)) return status?.plan;
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
  const [{ takeInventory }, { planSetup }] = await Promise.all([
    import('../../agent/inventory/classify.ts'),
    import('../../agent/plan/plan.ts'),
  ]);
  const { node } = situation;
  const spec = wantedRules(order, situation);
  const providerID = node.spec?.providerID;
  const drives = takeInventory(inventory, {
    provider: spec.provider,
    drives: spec.drives,
    strict: true,
    volumes: volumes.filter((volume) => mayLieOn(volume, node)).map(knownVolume),
    ...(providerID === undefined ? {} : { providerID }),
    nodeLabels: node.metadata.labels ?? {},
  });
  return planSetup(drives, { spec, nodeUID: node.metadata.uid }).plan;
}

/** A volume whose affinity names the node's hostname, or that has no affinity to tell. */
function mayLieOn(volume: PersistentVolume, node: Situation['node']): boolean {
  const terms = volume.spec?.nodeAffinity?.required?.nodeSelectorTerms;
  if (terms === undefined) return true;
  const hostname = node.metadata.labels?.[HOSTNAME_LABEL] ?? node.metadata.name;
  const requirements = terms.flatMap(({ matchExpressions = [] }) => matchExpressions);
  const byHostname = requirements.filter(({ key }) => key === HOSTNAME_LABEL);
  return byHostname.length === 0 || byHostname.some(({ values = [] }) => values.includes(hostname));
}

function knownVolume({ metadata = {}, spec = {}, status = {} }: PersistentVolume): KnownVolume {
  const path = spec.local?.path ?? spec.hostPath?.path;
  const identity = metadata.annotations?.[VOLUME_IDENTITY];
  return {
    name: metadata.name ?? '',
    phase: (status.phase ?? 'Pending') as KnownVolume['phase'],
    ...(path === undefined ? {} : { path }),
    ...(identity === undefined ? {} : { identity }),
  };
}
