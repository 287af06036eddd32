import type { Host } from '../host/host.ts';

const DRIVERS = '/sys/bus/pci/drivers';

/** Folder of a PCI function in sysfs. */
export const pciPath = (address: string): string => `/sys/bus/pci/devices/${address}`;

/** The driver that a PCI function is bound to; undefined for none. */
export async function driverOf(host: Pick<Host, 'realPath'>, address: string): Promise<string | undefined> {
  try {
    const path = await host.realPath(`${pciPath(address)}/driver`);
    return path.slice(path.lastIndexOf('/') + 1);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Lets the function go of its driver, and no other driver take it before it is asked to. */
export async function unbind(host: Host, address: string, from: string, next: string): Promise<void> {
  await setOverride(host, address, next);
  await host.writeAttribute(`${DRIVERS}/${from}/unbind`, address);
}

/** Has the kernel bind the function to its override, or to the driver that its ID asks for; gives what came of it. */
export async function rebind(host: Host, address: string, to: string): Promise<string | undefined> {
  await setOverride(host, address, to);
  try {
    await host.writeAttribute('/sys/bus/pci/drivers_probe', address);
  } catch (error) {
    // A driver that refuses the device is told by what is bound afterwards.
    if (!(error instanceof Error && 'code' in error)) throw error;
  }
  return driverOf(host, address);
}

/** A line break alone clears it: a write of no bytes would not reach the kernel (Documentation/ABI/testing/sysfs-bus-pci). */
const setOverride = (host: Host, address: string, driver: string): Promise<void> =>
  host.writeAttribute(`${pciPath(address)}/driver_override`, driver === 'nvme' ? '\n' : driver);
