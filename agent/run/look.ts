import type { NVMeProfileSpec } from '../../api/profile.ts';
import type { Snapshot } from '../../api/snapshot.ts';
import { takeInventory } from '../inventory/classify.ts';
import { planSetup } from '../plan/plan.ts';
import type { Planned } from '../plan/planned.ts';
import { knownVolume } from '../publish/known-volumes.ts';
import type { Observation } from './observe.ts';

/** One look at the machine, and what would have to be done. */
export interface Look {
  snapshot: Snapshot;
  planned: Planned;
}

/** Reads the machine once; live, `discoverSnapshot` of its host. */
export type Discover = (signal: AbortSignal) => Promise<Snapshot>;

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
  const snapshot = await read(discover, signal);
  return { snapshot, planned: planFor(snapshot, observation, spec) };
}

async function read(discover: Discover, signal: AbortSignal): Promise<Snapshot> {
  try {
    return await discover(signal);
  } catch (cause) {
    throw new DiscoveryError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

/** The plan for a snapshot that was taken already. */
export function planFor(snapshot: Snapshot, observation: Observation, spec: NVMeProfileSpec): Planned {
  const { node, volumes, publishing } = observation;
  const providerID = node.spec?.providerID;
  const inventory = takeInventory(snapshot, {
    provider: spec.provider,
    drives: spec.drives,
    strict: true,
    volumes: volumes.map(knownVolume),
    nodeLabels: node.metadata?.labels ?? {},
    ...(providerID === undefined ? {} : { providerID }),
  });
  return planSetup(inventory, { spec, nodeUID: publishing.uid });
}
