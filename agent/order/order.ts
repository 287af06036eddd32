import type { Inventory, InventoryDrive } from '../inventory/inventory.ts';

/**
 * What a person gave up by a request with a plan ID, on record on the host from before the first step. The plan's ID
 * changes with the first step; after a crash each drive is compared with this.
 */
export interface Order {
  requestID: string;
  /** Imprint of each drive whose content may go, by the drive's identity. */
  drives: Record<string, string>;
  /** Names of the PersistentVolumes that are deleted first. */
  volumes: string[];
}

/** The order for these drives as they are now. */
export function orderFor(
  requestID: string,
  drives: readonly InventoryDrive[],
  volumes: string[] = [],
): Order {
  return {
    requestID,
    drives: Object.fromEntries(drives.map(({ identity, imprint }) => [identity, imprint])),
    volumes,
  };
}

/** Whether a drive is still what was given up, or what is left of it. */
export function covers({ drives }: Order, { identity, imprint, halfMade }: InventoryDrive): boolean {
  const given = drives[identity];
  return given !== undefined && (halfMade || given === imprint);
}

/** What a person gives up by ordering a set-up's plan: drives that hold something and that nothing uses or names. */
export function givenUp(requestID: string, { drives }: Pick<Inventory, 'drives'>): Order {
  const held = drives.filter(({ role, selected, state, volumes }) => {
    return role === 'Local' && selected && state === 'Foreign' && volumes.length === 0;
  });
  return orderFor(requestID, held);
}
