import type { NVMeProfileSpec } from '../../api/profile.ts';
import type { Inventory } from '../inventory/inventory.ts';
import type { Planned } from './planned.ts';

export interface PlanRequest {
  /** Effective spec of the node, see api/defaults.ts `effectiveSpec`. */
  spec: NVMeProfileSpec;
  /** UID of the Node; part of the plan ID. Empty outside a cluster. */
  nodeUID: string;
}

/** What set-up would do on these drives for this spec. Pure; throws nothing. */
export function planSetup(inventory: Inventory, request: PlanRequest): Planned {
  throw new Error(`being written: ${Object.keys({ inventory, request }).join()}`);
}
