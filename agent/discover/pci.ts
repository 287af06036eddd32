import type { PciDevice } from '../../api/snapshot.ts';
import type { Host } from '../host/host.ts';
import { orAbsent } from './reads.ts';

const DEVICES = '/sys/bus/pci/devices';
/** Class of NVMe controllers, see inventory/pci-drives.ts. */
const NVME_CLASS = '0x010802';

/** Every NVMe controller on the PCI bus, also those that no kernel block device tells of. */
export async function readPci(host: Host): Promise<PciDevice[]> {
  const addresses = await orAbsent(host.readDirectory(DEVICES), []);
  const devices = await Promise.all(addresses.map((address) => readDevice(host, address)));
  return devices.filter((device) => device !== undefined);
}

async function readDevice(host: Host, address: string): Promise<PciDevice | undefined> {
  const base = `${DEVICES}/${address}`;
  const pciClass = (await host.readFile(`${base}/class`)).trim();
  if (pciClass !== NVME_CLASS) return undefined;
  const [driver, group, node] = await Promise.all([
    orAbsent(host.realPath(`${base}/driver`), undefined),
    orAbsent(host.realPath(`${base}/iommu_group`), undefined),
    orAbsent(host.readFile(`${base}/numa_node`), '-1'),
  ]);
  const name = (path: string | undefined) => path?.slice(path.lastIndexOf('/') + 1) ?? null;
  return { address, class: pciClass, driver: name(driver), iommuGroup: name(group), numaNode: Number(node) };
}
