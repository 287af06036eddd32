import type { LsblkDevice, Snapshot } from '../../api/snapshot.ts';
import { poolPath } from '../../agent/inventory/hugepages.ts';

const DEVICES = '/sys/bus/pci/devices/';
const DRIVERS = '/sys/bus/pci/drivers/';

/** What the kernel shows and does about PCI drivers and hugepages when sysfs is written to. Drives keep their bytes. */
export class PciModel {
  /** Drivers that refuse every device. */
  readonly unwilling = new Set<string>();
  /** Names of user-space nodes by address. */
  readonly uio = new Map<string, string>();
  /** Pages that the machine has memory for, for each NUMA node. */
  memory = Number.MAX_SAFE_INTEGER;
  readonly #overrides = new Map<string, string>();
  readonly #away = new Map<string, LsblkDevice[]>();

  /** Addresses whose driver_override is set. */
  get overridden(): string[] {
    return [...this.#overrides.keys()];
  }

  /** One write(2); gives the machine afterwards. Throws as the kernel answers. */
  written(snapshot: Snapshot, path: string, text: string): Snapshot {
    const next = structuredClone(snapshot);
    const value = text.trim();
    const override = /^\/sys\/bus\/pci\/devices\/([^/]+)\/driver_override$/.exec(path)?.[1];
    if (override !== undefined) {
      if (value === '') this.#overrides.delete(override);
      else this.#overrides.set(override, value);
    } else if (path.startsWith(DRIVERS) && path.endsWith('/unbind')) this.#unbind(next, value);
    else if (path === '/sys/bus/pci/drivers_probe') this.#probe(next, value);
    else this.#allocate(next, path, Number(value));
    return next;
  }

  /** A reboot: no override, no pages, and the kernel's own driver for every controller. */
  rebooted(snapshot: Snapshot, bootID: string): Snapshot {
    this.#overrides.clear();
    let next = structuredClone(snapshot);
    for (const { address, driver } of next.pci ?? []) if (driver !== 'nvme') this.#probe(next, address);
    next = {
      ...next,
      bootID,
      hugepages: (next.hugepages ?? []).map((pool) => ({ ...pool, total: 0, free: 0 })),
    };
    return next;
  }

  /** Links and folders of sysfs. */
  realPath(snapshot: Snapshot, path: string): string | undefined {
    const [address = '', entry] = path.slice(DEVICES.length).split('/');
    const device = snapshot.pci?.find((known) => known.address === address);
    if (!path.startsWith(DEVICES)) return undefined;
    if (entry === 'driver' && device?.driver) return `${DRIVERS}${device.driver}`;
    if (entry === 'iommu_group' && device?.iommuGroup) return `/sys/kernel/iommu_groups/${device.iommuGroup}`;
    throw Object.assign(new Error(`ENOENT: ${path}`), { code: 'ENOENT' });
  }

  directory(snapshot: Snapshot, path: string): string[] | undefined {
    const node = /^\/sys\/bus\/pci\/devices\/([^/]+)\/uio$/.exec(path)?.[1];
    const name = this.uio.get(node ?? '');
    if (name !== undefined) return [name];
    const match = /^\/sys\/bus\/pci\/devices\/([^/]+)\/nvme(\/.+)?$/.exec(path);
    if (!match) return undefined;
    const names = namespacesAt(snapshot, match[1] ?? '');
    return match[2] === undefined ? ['nvme9'] : ['power', 'hwmon1', ...names];
  }

  #unbind(next: Snapshot, address: string): void {
    const device = next.pci?.find((known) => known.address === address);
    if (!device) throw Object.assign(new Error('ENODEV: no such device'), { code: 'ENODEV' });
    device.driver = null;
    const names = namespacesAt(next, address);
    const rows = next.lsblk.blockdevices.filter(({ name }) => names.includes(name));
    if (rows.length > 0) this.#away.set(address, rows);
    next.lsblk.blockdevices = next.lsblk.blockdevices.filter((row) => !rows.includes(row));
  }

  #probe(next: Snapshot, address: string): void {
    const device = next.pci?.find((known) => known.address === address);
    const driver = this.#overrides.get(address) ?? 'nvme';
    if (!device || this.unwilling.has(driver))
      throw Object.assign(new Error('EINVAL: invalid argument'), { code: 'EINVAL' });
    device.driver = driver;
    if (driver !== 'nvme') return;
    next.lsblk.blockdevices.push(...(this.#away.get(address) ?? []));
    this.#away.delete(address);
  }

  #allocate(next: Snapshot, path: string, wanted: number): void {
    const pool = next.hugepages?.find(
      ({ numaNode, size }) => path === `${poolPath(numaNode, size)}/nr_hugepages`,
    );
    if (!pool) throw Object.assign(new Error(`ENOENT: ${path}`), { code: 'ENOENT' });
    const total = Math.min(wanted, this.memory);
    pool.free += total - pool.total;
    pool.total = total;
  }
}

function namespacesAt({ nvme = {}, lsblk }: Snapshot, address: string): string[] {
  const shown = new Set(lsblk.blockdevices.map(({ name }) => name));
  return Object.entries(nvme)
    .filter(([, identity]) => identity.address === address)
    .map(([path]) => path.slice('/dev/'.length))
    .filter((name) => shown.has(name));
}
