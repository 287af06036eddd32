import type { PciDevice, Snapshot, SpdkController, SpdkRecord } from '../../api/snapshot.ts';
import { hash } from './fingerprint.ts';
import { handedAt, handedImprint } from './handed.ts';
import type { InventoryDrive } from './inventory.ts';
import { present } from './present.ts';

/** PCI class of NVMe controllers: mass storage, non-volatile memory, NVM Express (PCI Code and ID Assignment). */
export const NVME_CLASS = '0x010802';

/** NVMe controllers that the kernel's own driver does not hold: no block device tells of them. */
export function pciDrives({ pci = [], bootID = '' }: Snapshot, record: SpdkRecord): InventoryDrive[] {
  const unheld = pci.filter((device) => device.class === NVME_CLASS && device.driver !== 'nvme');
  return unheld.map((device) => {
    const handed = handedAt(record, device.address, bootID);
    const ours = (driverOf(device) ?? handed?.driver) === handed?.driver;
    return handed && ours ? handedDrive(device, handed) : strangeDrive(device);
  });
}

const driverOf = ({ driver }: PciDevice): string | undefined =>
  driver === '' ? undefined : (driver ?? undefined);

/** A drive that we handed to SPDK in this boot, described as it was when the kernel had it. */
function handedDrive(device: PciDevice, handed: SpdkController): InventoryDrive {
  const [first] = handed.drives;
  const driver = driverOf(device);
  return {
    ...row(device),
    ...present({ model: first?.model, serial: first?.serial, sectorSize: first?.sectorSize }),
    size: handed.drives.reduce((sum, { size }) => sum + size, 0),
    role: 'Local',
    state: 'Ours',
    reason: driver === undefined ? 'on its way to SPDK, without a driver' : `handed to SPDK by ${driver}`,
    identity: identityOf(device, handed),
    selected: true,
    handed,
    imprint: handedImprint(identityOf(device, handed)),
    fingerprint: hash([device.address, driver ?? null, handed]),
  };
}

/** One drive keeps its name; several have none in common. */
const identityOf = ({ address }: PciDevice, { drives: [first, ...others] }: SpdkController): string =>
  first && others.length === 0 ? first.identity : `pci-${address}`;

function strangeDrive(device: PciDevice): InventoryDrive {
  const driver = driverOf(device);
  return {
    ...row(device),
    state: driver === undefined ? 'Unknown' : 'InUse',
    reason: driver === undefined ? 'NVMe controller without a driver' : `NVMe controller bound to ${driver}`,
    fingerprint: hash([device.address, driver ?? null]),
  };
}

function row({ address, numaNode }: PciDevice): Omit<InventoryDrive, 'state' | 'fingerprint'> {
  return {
    path: address,
    size: 0,
    pciAddress: address,
    ...(numaNode === undefined || numaNode < 0 ? {} : { numaNode }),
    role: 'Other',
    identity: `pci-${address}`,
    device: address,
    selected: false,
    excluded: false,
    halfMade: false,
    mountPoints: [],
    volumes: [],
    adrift: false,
    raw: false,
    blank: false,
    unique: false,
    imprint: '',
    content: {},
  };
}
