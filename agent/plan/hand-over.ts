import type { SpdkLayout } from '../../api/layout.ts';
import type { SpdkDrive } from '../../api/snapshot.ts';
import { present } from '../inventory/present.ts';
import type { Inventory, InventoryDrive } from '../inventory/inventory.ts';
import { stopHalfMade } from './clear.ts';
import {
  controllersOf,
  groupObstacle,
  iommuGroupOf,
  namespaceObstacle,
  type Controller,
} from './controllers.ts';
import { NOTHING, refuseDrives, together, type LayoutPlan } from './layout-plan.ts';
import { contentKey } from './identity.ts';
import type { Step } from './step.ts';
import { userSpaceDriver, type UserSpaceDriver } from './user-space-driver.ts';

/**
 * Takes these drives from the kernel and gives them to SPDK: whole controllers only and, with an IOMMU, whole groups. A
 * drive whose controller or group holds anything else is refused.
 */
export function planHandover(
  inventory: Inventory,
  drives: readonly InventoryDrive[],
  wanted: SpdkLayout['driver'],
): LayoutPlan {
  const off = drives.filter(({ pciAddress }) => pciAddress === undefined);
  return together(
    refuseDrives(off, 'is no PCI function of this machine, as far as was seen: SPDK cannot take it'),
    move(inventory, controllersOf(drives), wanted),
  );
}

/** A controller that must stay may hold up others of its group, so that the rest is asked again until all may go. */
function move(
  inventory: Inventory,
  controllers: readonly Controller[],
  wanted: SpdkLayout['driver'],
): LayoutPlan {
  const handed = inventory.drives.filter((drive) => drive.handed && drive.path === drive.pciAddress);
  const movable = new Set([...controllers.map(({ address }) => address), ...handed.map(({ path }) => path)]);
  const staying = controllers.flatMap((controller) => {
    const reason = obstacle(inventory, controller, movable, wanted);
    return reason === undefined ? [] : [{ controller, reason }];
  });
  if (staying.length === 0)
    return together(...controllers.map((controller) => handOver(inventory, controller, wanted)));
  const rest = controllers.filter((one) => !staying.some(({ controller }) => controller === one));
  const refused = staying.map(({ controller, reason }) => refuseDrives(controller.drives, reason));
  return together(...refused, move(inventory, rest, wanted));
}

function obstacle(
  inventory: Inventory,
  controller: Controller,
  movable: ReadonlySet<string>,
  wanted: SpdkLayout['driver'],
): string | undefined {
  const { driver } = driverFor(inventory, controller, wanted);
  const group = driver === 'vfio-pci' ? groupObstacle(inventory, controller, movable) : undefined;
  return namespaceObstacle(inventory, controller) ?? group;
}

const driverFor = (
  inventory: Inventory,
  { address }: Controller,
  wanted: SpdkLayout['driver'],
): UserSpaceDriver => userSpaceDriver(wanted, iommuGroupOf(inventory, address), inventory.files);

function handOver(inventory: Inventory, controller: Controller, wanted: SpdkLayout['driver']): LayoutPlan {
  const { address, drives } = controller;
  const { driver, noIommu } = driverFor(inventory, controller, wanted);
  const paths = drives.map(({ path }) => path);
  const steps: Step[] = [
    ...stopHalfMade(inventory, drives),
    { kind: 'load-driver', name: `load the driver ${driver}`, driver, noIommu },
    {
      kind: 'pci-bind',
      name: `hand ${address} (${paths.join(', ')}) to SPDK: from nvme to ${driver}`,
      address,
      driver,
      devices: drives.map(({ device }) => device),
      drives: drives.map(described),
      bootID: inventory.bootID,
      carried: drives.flatMap(({ signature }) => (signature ? [contentKey(signature)] : [])),
    },
  ];
  return { ...NOTHING, steps, candidates: paths };
}

const described = ({ identity, model, serial, size, sectorSize }: InventoryDrive): SpdkDrive => ({
  identity,
  size,
  ...present({ model, serial, sectorSize }),
});
