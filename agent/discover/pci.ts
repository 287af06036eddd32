import type { PciDevice } from '../../api/snapshot.ts';
import type { Host } from '../host/host.ts';
import { NVME_CLASS } from '../inventory/pci-drives.ts';
import { orAbsent } from './reads.ts';

const DEVICES = '/sys/bus/pci/devices';

/** Every NVMe controller on the PCI bus, also those that no kernel block device tells of, and what moves with one. */
export async function readPci(host: Host): Promise<PciDevice[]> {
  const addresses = await orAbsent(host.readDirectory(DEVICES), []);
  const devices = await Promise.all(addresses.map((address) => readDevice(host, address)));
  const groups = new Set(devices.filter(isController).map(({ iommuGroup }) => iommuGroup ?? undefined));
  groups.delete(undefined);
  return devices.filter((device) => isController(device) || groups.has(device.iommuGroup ?? undefined));
}

const isController = (device: PciDevice): boolean => device.class === NVME_CLASS;

async function readDevice(host: Host, address: string): Promise<PciDevice> {
  const base = `${DEVICES}/${address}`;
  const [pciClass, driver, group, node] = await Promise.all([
    host.readFile(`${base}/class`),
    orAbsent(host.realPath(`${base}/driver`), undefined),
    orAbsent(host.realPath(`${base}/iommu_group`), undefined),
    orAbsent(host.readFile(`${base}/numa_node`), '-1'),
  ]);
  const name = (path: string | undefined) => path?.slice(path.lastIndexOf('/') + 1) ?? null;
  return {
    address,
    class: pciClass.trim(),
    driver: name(driver),
    iommuGroup: name(group),
    numaNode: Number(node),
  };
}
