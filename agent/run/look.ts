import { READY_BOOT_ID } from '../../api/keys.ts';
import type { NVMeProfileSpec } from '../../api/profile.ts';
import type { Snapshot } from '../../api/snapshot.ts';
import { takeInventory } from '../inventory/classify.ts';
import { present } from '../inventory/present.ts';
import { planSetup } from '../plan/plan.ts';
import type { Inventory } from '../inventory/inventory.ts';
import type { Planned } from '../plan/planned.ts';
import { planReset, type PlannedReset } from '../plan/reset/reset.ts';
import { knownVolume } from '../publish/known-volumes.ts';
import { isBeingRemade } from '../recycle/remade.ts';
import type { Order } from '../order/order.ts';
import type { Observation } from './observe.ts';

/** One look at the machine, and what would have to be done. */
export interface Look {
  snapshot: Snapshot;
  planned: Planned;
}

/** Reads the machine once; live, `discoverSnapshot` of its host. */
export type Discover = (signal: AbortSignal, wish: { entries: boolean }) => Promise<Snapshot>;

/** The machine could not be read at all. */
export class DiscoveryError extends Error {
  override readonly name = 'DiscoveryError';
}

/** Discovers, classifies and plans; changes nothing. Rejects with DiscoveryError. */
export async function look(
  discover: Discover,
  observation: Observation,
  spec: NVMeProfileSpec,
  signal: AbortSignal,
): Promise<Look> {
  const snapshot = await readMachine(discover, spec, signal);
  return { snapshot, planned: planFor(snapshot, observation, spec) };
}

/** One look at the machine alone. Rejects with DiscoveryError. */
export async function readMachine(
  discover: Discover,
  { existingData }: Pick<NVMeProfileSpec, 'existingData'>,
  signal: AbortSignal,
): Promise<Snapshot> {
  try {
    return await discover(signal, { entries: existingData !== 'Refuse' });
  } catch (cause) {
    throw new DiscoveryError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

/** The plan for a snapshot that was taken already. */
export function planFor(snapshot: Snapshot, observation: Observation, spec: NVMeProfileSpec): Planned {
  const inventory = inventoryFor(snapshot, observation, spec);
  const { node, publishing, order } = observation;
  const newNode = node.metadata?.annotations?.[READY_BOOT_ID] === undefined;
  const consent = { newNode, ...present({ order }) };
  return planSetup(inventory, {
    spec,
    nodeUID: publishing.uid,
    consent,
    capacity: node.status?.capacity ?? {},
  });
}

/** What a reset would do to a machine that was classified already. */
export function resetFor(
  inventory: Inventory,
  { publishing }: Observation,
  { layout }: Pick<NVMeProfileSpec, 'layout'>,
  order?: Order,
): PlannedReset {
  return planReset(inventory, { nodeUID: publishing.uid, layout, ...present({ order }) });
}

/** Classifies a snapshot with what the cluster knows. */
export function inventoryFor(
  snapshot: Snapshot,
  { node, volumes }: Observation,
  spec: NVMeProfileSpec,
): Inventory {
  const providerID = node.spec?.providerID;
  return takeInventory(snapshot, {
    provider: spec.provider,
    drives: spec.drives,
    strict: true,
    volumes: volumes.filter((one) => !isBeingRemade(one, snapshot.begun ?? [])).map(knownVolume),
    nodeLabels: node.metadata?.labels ?? {},
    ...(providerID === undefined ? {} : { providerID }),
  });
}
