import type { Clock } from '../../kube/clock.ts';
import type { Host } from '../host/host.ts';
import type { PciReleaseStep } from '../plan/spdk-step.ts';
import { namespacesOf } from './hand-over.ts';
import { driverOf, pciPath, rebind, unbind } from './pci-driver.ts';
import { RefusedError } from './refused-error.ts';
import type { SpdkRegister } from './spdk-register.ts';

/** A controller is reset before its namespaces are there. */
const LIMIT_MS = 30_000;
const POLL_MS = 100;

/**
 * Gives a controller of ours back to the kernel's NVMe driver, unless a process uses it, and waits for its drives. What
 * SPDK wrote stays on them, and the record says so.
 */
export async function giveBack(
  { host, clock }: { host: Host; clock: Clock },
  { address }: PciReleaseStep,
  register: SpdkRegister,
): Promise<void> {
  const controller = register.controller(address);
  if (controller === undefined) throw new RefusedError(address, 'we have not handed it to SPDK');
  const found = await driverOf(host, address);
  if (found !== 'nvme') {
    if (found !== undefined) await letGo(host, address, found);
    const bound = await rebind(host, address, 'nvme');
    if (bound !== 'nvme') throw new Error(`Expected nvme to take ${address}, got ${bound ?? 'no driver'}`);
  }
  await register.mark(address, 'returned');
  for (
    let waited = 0;
    (await namespacesOf(host, address)).length < controller.drives.length;
    waited += POLL_MS
  ) {
    if (waited >= LIMIT_MS)
      throw new Error(`${address} is back, but its drives have not appeared within 30 s`);
    await clock.sleep(POLL_MS);
  }
}

async function letGo(host: Host, address: string, from: string): Promise<void> {
  for (const device of await userSpaceNodes(host, address)) {
    const openers = await host.openersOf(device);
    if (openers.length > 0) throw new RefusedError(address, `SPDK still uses it: ${openers.join(', ')}`);
  }
  await unbind(host, address, from, 'nvme');
}

/** What a program opens to use the controller: vfio's file of the group, or uio's of the device. */
async function userSpaceNodes(host: Host, address: string): Promise<string[]> {
  const uio = `${pciPath(address)}/uio`;
  const names = (await host.exists(uio)) ? await host.readDirectory(uio) : [];
  const group = `${pciPath(address)}/iommu_group`;
  const number = (await host.exists(group)) ? await host.realPath(group) : undefined;
  const last = number?.slice(number.lastIndexOf('/') + 1);
  const nodes = [
    ...names.map((name) => `/dev/${name}`),
    ...(last === undefined ? [] : [`/dev/vfio/${last}`, `/dev/vfio/noiommu-${last}`]),
  ];
  const there = await Promise.all(nodes.map((node) => host.exists(node)));
  return nodes.filter((_, index) => there[index]);
}
