import type { InventoryDrive } from '../../inventory/inventory.ts';
import type { Step } from '../step.ts';

/** One thing of ours: the drives that it lies on, and what comes before those can be cleared. */
export interface Holding {
  drives: InventoryDrive[];
  /** Unmounts, stops, removals. */
  letGo: Step[];
  /** UUIDs that are half-made once the first of the drives is wiped. */
  begins: string[];
  /** Steps once all of the drives are raw. */
  then?: Step[];
  /** Nothing can be cleared before another look. */
  again?: true;
  /** Why it must not be touched now, in words. */
  obstacle?: string;
}
