import type { Host } from '../host/host.ts';
import { contentKey } from '../plan/identity.ts';
import type { PciBindStep } from '../plan/spdk-step.ts';
import { checkOpeners, contentOf, exclusively } from './check-device.ts';
import { driverOf, pciPath, rebind, unbind } from './pci-driver.ts';
import { RefusedError } from './refused-error.ts';
import type { SpdkRegister } from './spdk-register.ts';

/**
 * Gives a controller to SPDK, or ends what was interrupted. Every check is made right before the kernel lets go of the
 * drives, with all of them held open exclusively. A driver that will not take the controller costs nothing: the kernel has
 * it back at once.
 */
export async function handOver(host: Host, step: PciBindStep, register: SpdkRegister): Promise<void> {
  const { address, driver } = step;
  const found = await driverOf(host, address);
  if (found === 'nvme') await detach(host, step, register);
  else if (found !== undefined && found !== driver)
    throw new RefusedError(address, `it is bound to ${found} now`);
  else if (!isBegun(step, register)) throw new RefusedError(address, 'somebody else has unbound it');
  if (found !== driver) await attach(host, step, register);
  await register.mark(address, 'bound');
}

const isBegun = ({ address, bootID }: PciBindStep, register: SpdkRegister): boolean =>
  register.controller(address)?.bootID === bootID;

async function detach(host: Host, step: PciBindStep, register: SpdkRegister): Promise<void> {
  const { address, driver, drives, bootID, devices } = step;
  await checkNamespaces(host, step);
  for (const device of devices) await checkContent(host, step, device);
  await heldOpen(host, devices, async () => {
    for (const device of devices) await checkOpeners(host, device);
    await register.put({ address, driver, state: 'begun', bootID, drives });
    await unbind(host, address, 'nvme', driver);
  });
}

/** Nothing may vanish with the controller that nobody has looked at. */
async function checkNamespaces(host: Host, { address, devices }: PciBindStep): Promise<void> {
  const known = await Promise.all(devices.map((device) => host.realPath(device)));
  const strange = (await namespacesOf(host, address)).find((name) => !known.includes(`/dev/${name}`));
  if (strange !== undefined)
    throw new RefusedError(address, `it has a namespace ${strange} that the plan does not know`);
}

/** Kernel names of the block devices behind a controller. */
export async function namespacesOf(host: Host, address: string): Promise<string[]> {
  const base = `${pciPath(address)}/nvme`;
  if (!(await host.exists(base))) return [];
  const controllers = await host.readDirectory(base);
  const names = await Promise.all(controllers.map((name) => host.readDirectory(`${base}/${name}`)));
  return names.flat().filter((name) => /^nvme\d+n\d+$/.test(name));
}

async function checkContent(host: Host, { carried }: PciBindStep, device: string): Promise<void> {
  const content = await contentOf(host, device);
  if (content === undefined || carried.includes(contentKey(content))) return;
  throw new RefusedError(device, `it now carries ${contentKey(content)}`);
}

/** All devices at once: one after the other leaves none for somebody to take meanwhile. */
async function heldOpen(
  host: Host,
  [device, ...rest]: readonly string[],
  work: () => Promise<void>,
): Promise<void> {
  if (device === undefined) return work();
  await exclusively(host, device, () => heldOpen(host, rest, work));
}

async function attach(host: Host, { address, driver }: PciBindStep, register: SpdkRegister): Promise<void> {
  const bound = await rebind(host, address, driver);
  if (bound === driver) return;
  const back = await rebind(host, address, 'nvme');
  if (back === 'nvme') await register.forget(address);
  throw new Error(
    `Expected ${driver} to take ${address}, got ${bound ?? 'no driver'}; ${back ?? 'no driver'} has it now: ` +
      'see the kernel’s log (dmesg)',
  );
}
