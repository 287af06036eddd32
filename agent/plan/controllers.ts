import type { Inventory, InventoryDrive } from '../inventory/inventory.ts';

/** A PCI function with all the namespaces that would go with it. */
export interface Controller {
  address: string;
  drives: InventoryDrive[];
}

/** PCI-to-PCI bridges, root ports among them, stay with the kernel (Documentation/driver-api/vfio.rst). */
const BRIDGE_CLASS = '0x0604';

/** The controllers behind these drives. */
export function controllersOf(drives: readonly InventoryDrive[]): Controller[] {
  const groups = Map.groupBy(drives, ({ pciAddress }) => pciAddress);
  return [...groups].flatMap(([address, own]) => (address === undefined ? [] : [{ address, drives: own }]));
}

/** IOMMU group of a PCI function, undefined without an IOMMU. */
export function iommuGroupOf({ pci }: Pick<Inventory, 'pci'>, address: string): string | undefined {
  return pci.find((device) => device.address === address)?.iommuGroup ?? undefined;
}

/** What keeps a controller with the kernel although its drives may go: another namespace of it that must stay. */
export function namespaceObstacle(
  { drives }: Pick<Inventory, 'drives'>,
  { address, drives: own }: Controller,
): string | undefined {
  const lost = drives.find(({ adrift }) => adrift);
  if (lost) return `the controller of ${lost.path} is not known, and it may be ${address}`;
  const other = drives.find((drive) => drive.pciAddress === address && !own.includes(drive));
  if (other === undefined) return undefined;
  return `shares its controller ${address} with ${other.path}, which must stay: ${other.reason ?? other.state}`;
}

/** The same for what is in one IOMMU group, which vfio moves only as a whole; `movable` are the addresses that may go. */
export function groupObstacle(
  inventory: Pick<Inventory, 'pci'>,
  { address }: Controller,
  movable: ReadonlySet<string>,
): string | undefined {
  const group = iommuGroupOf(inventory, address);
  if (group === undefined) return undefined;
  const other = inventory.pci.find(
    (device) =>
      device.iommuGroup === group && !device.class.startsWith(BRIDGE_CLASS) && !movable.has(device.address),
  );
  if (other === undefined) return undefined;
  return `shares IOMMU group ${group} with ${other.address} (class ${other.class}), which is no candidate`;
}
