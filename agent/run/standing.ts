import type { NVMeProfileSpec } from '../../api/profile.ts';
import type { Snapshot } from '../../api/snapshot.ts';
import type { Inventory } from '../inventory/inventory.ts';
import type { LossContext } from '../loss/judge.ts';
import type { Planned } from '../plan/planned.ts';
import type { PlannedReset } from '../plan/reset/reset.ts';
import { inventoryFor, planFor, resetFor } from './look.ts';
import type { Observation } from './observe.ts';

/** What one look at the machine comes to with what the cluster says: loss and report are judged by the same. */
export interface Standing {
  snapshot: Snapshot;
  seen: Observation;
  spec: NVMeProfileSpec;
  inventory: Inventory;
  /** The plan that the next round will make, if nothing changes until then. */
  planned: Planned;
  reset: PlannedReset;
  loss: LossContext;
}

/** Reads nothing. */
export function standingOf(snapshot: Snapshot, seen: Observation, spec: NVMeProfileSpec): Standing {
  const planned = planFor(snapshot, seen, spec);
  const inventory = inventoryFor(snapshot, seen, spec);
  const loss = {
    inventory,
    found: planned.volumes.map(({ identity }) => identity),
    volumes: seen.volumes,
    nodeName: seen.publishing.name,
  };
  return { snapshot, seen, spec, inventory, planned, reset: resetFor(inventory, seen, spec), loss };
}

/** Whether a local drive could not be read, or does not answer. */
export const hasUnread = ({ inventory }: Standing): boolean =>
  inventory.drives.some(({ role, state }) => role === 'Local' && (state === 'Unknown' || state === 'Failed'));
