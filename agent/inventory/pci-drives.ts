import type { PciDevice } from '../../api/snapshot.ts';
import { hash } from './fingerprint.ts';
import type { InventoryDrive } from './inventory.ts';

/** PCI class of NVMe controllers: mass storage, non-volatile memory, NVM Express (PCI Code and ID Assignment). */
const NVME_CLASS = '0x010802';

/** NVMe controllers that the kernel's own driver does not hold: no block device tells of them. */
export function pciDrives(pci: readonly PciDevice[]): InventoryDrive[] {
  return pci.filter((device) => device.class === NVME_CLASS && device.driver !== 'nvme').map(pciDrive);
}

function pciDrive({ address, driver, numaNode }: PciDevice): InventoryDrive {
  const bound = typeof driver === 'string' && driver !== '';
  return {
    path: address,
    size: 0,
    pciAddress: address,
    ...(numaNode === undefined || numaNode < 0 ? {} : { numaNode }),
    role: 'Other',
    state: bound ? 'InUse' : 'Unknown',
    reason: bound ? `NVMe controller bound to ${driver}` : 'NVMe controller without a driver',
    identity: `pci-${address}`,
    device: address,
    selected: false,
    excluded: false,
    halfMade: false,
    mountPoints: [],
    volumes: [],
    fingerprint: hash([address, driver ?? null]),
    imprint: '',
    content: {},
  };
}
