import type { Inventory, InventoryDrive } from '../../inventory/inventory.ts';
import { planHugepages } from '../hugepages.ts';
import type { Step } from '../step.ts';
import type { Holding } from './holding.ts';

/**
 * What SPDK has, or has left behind: a controller is given back first, and only the next look sees its drives, which are
 * then cleared together and forgotten.
 */
export function handedHoldings({ drives }: Inventory): Holding[] {
  const handed = drives.filter((drive) => drive.handed && drive.state === 'Ours');
  const away = handed.filter(isAway);
  const back = Map.groupBy(
    handed.filter((drive) => !isAway(drive)),
    (drive) => drive.handed?.address ?? '',
  );
  return [...away.map(release), ...[...back].map(([address, own]) => cleared(address, own))];
}

/** No block device shows the drives of a controller that a user-space driver has. */
const isAway = ({ path, pciAddress }: InventoryDrive): boolean => path === pciAddress;

function release(drive: InventoryDrive): Holding {
  const { path: address } = drive;
  const name = `give ${address} back to the kernel`;
  return { drives: [drive], letGo: [{ kind: 'pci-release', name, address }], begins: [], again: true };
}

function cleared(address: string, drives: InventoryDrive[]): Holding {
  const devices = drives.map(({ device }) => device);
  return { drives, letGo: [], begins: [], then: [forget(address, devices)] };
}

const forget = (address: string, devices: string[]): Step => {
  const name = `forget that ${address} was SPDK’s`;
  return { kind: 'forget-handover', name, address, devices };
};

/** What is on record beside the drives: the hugepages that we added, and controllers whose drives are blank already. */
export function returnRest(inventory: Inventory): Step[] {
  const blank = inventory.spdk.controllers.filter(
    ({ state, drives }) =>
      state === 'returned' && drives.every(({ identity }) => isFree(inventory, identity)),
  );
  return [...planHugepages(inventory, () => 0), ...blank.map(({ address }) => forget(address, []))];
}

const isFree = ({ drives }: Inventory, identity: string): boolean =>
  drives.some((drive) => drive.identity === identity && drive.state === 'Free');
