import { withDefaults } from '../../api/defaults.ts';
import type { SpdkLayout } from '../../api/layout.ts';
import type { NVMeProfileSpec, NVMeProfileSpecInput, PartialDeep } from '../../api/profile.ts';
import type { PciDevice, Snapshot, SpdkController, SpdkRecord } from '../../api/snapshot.ts';
import { takeInventory } from '../../agent/inventory/classify.ts';
import type { KnownVolume } from '../../agent/plan/known-volume.ts';
import { planSetup } from '../../agent/plan/plan.ts';
import type { Planned } from '../../agent/plan/planned.ts';
import { machine, type DriveOverrides, type MachineOverrides } from './machine.ts';

export const A = '0000:01:00.0';
export const B = '0000:02:00.0';

/** An NVMe controller of the kernel's. */
export const controller = (address: string, more: Partial<PciDevice> = {}): PciDevice => ({
  address,
  class: '0x010802',
  driver: 'nvme',
  iommuGroup: null,
  numaNode: 0,
  ...more,
});

/** Two blank drives behind controllers of their own, two NUMA nodes with 10 and 0 hugepages of 2Mi of the user's. */
export function spdkMachine(
  drives: Record<string, DriveOverrides> = { nvme1n1: { address: A }, nvme2n1: { address: B } },
  { snapshot, ...more }: Omit<MachineOverrides, 'drives'> = {},
): Snapshot {
  return machine({
    drives,
    ...more,
    snapshot: {
      pci: [controller(A), controller(B)],
      files: { '/lib/modules/6/kernel/drivers/uio/uio_pci_generic.ko': true },
      hugepages: [
        { numaNode: 0, size: '2Mi', total: 10, free: 4 },
        { numaNode: 1, size: '2Mi', total: 0, free: 0 },
        { numaNode: 0, size: '1Gi', total: 0, free: 0 },
      ],
      ...snapshot,
    },
  });
}

export function spdkSpec(
  spdk: PartialDeep<SpdkLayout> = {},
  more: NVMeProfileSpecInput = {},
): NVMeProfileSpec {
  const hugepages = { perNUMANode: 64, ...spdk.hugepages };
  return withDefaults({ provider: 'aws', layout: { type: 'SPDK', spdk: { ...spdk, hugepages } }, ...more });
}

export function planFor(
  snapshot: Snapshot,
  spec: NVMeProfileSpec = spdkSpec(),
  volumes: KnownVolume[] = [],
  capacity?: Record<string, string>,
): Planned {
  const { provider, drives } = spec;
  const inventory = takeInventory(snapshot, { provider, drives, strict: true, volumes });
  return planSetup(inventory, { spec, nodeUID: 'uid-1', ...(capacity ? { capacity } : {}) });
}

/** What we have on record of SPDK on this machine. */
export const spdkRecord = (controllers: SpdkController[], more: Partial<SpdkRecord> = {}): SpdkRecord => ({
  machineID: spdkMachine().machineID ?? '',
  controllers,
  hugepages: [],
  ...more,
});
/** A controller that was handed over with its one drive, in this boot. */
export const handedController = (more: Partial<SpdkController> = {}): SpdkController => ({
  address: A,
  driver: 'uio_pci_generic',
  state: 'bound',
  bootID: spdkMachine().bootID ?? '',
  drives: [{ identity: 'nvme-Amazon_EC2_NVMe_Instance_Storage_AWSNVME1N1#1', model: 'M', size: 900 }],
  ...more,
});
