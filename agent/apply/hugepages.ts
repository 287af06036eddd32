import type { Host } from '../host/host.ts';
import { poolPath } from '../inventory/hugepages.ts';
import type { HugepagesStep } from '../plan/spdk-step.ts';
import type { SpdkRegister } from './spdk-register.ts';

/**
 * Brings a pool to the wanted number of pages. The kernel gives as many as it finds memory for and says nothing: fewer is
 * a failure, and what there is stays for the next try.
 */
export async function setHugepages(host: Host, step: HugepagesStep, register: SpdkRegister): Promise<void> {
  const { numaNode, size, pages, others } = step;
  const path = `${poolPath(numaNode, size)}/nr_hugepages`;
  const bootID = (await host.readFile('/proc/sys/kernel/random/boot_id')).trim();
  const row = { numaNode, size, pages, bootID };
  await register.putPages({ ...row, others });
  await host.writeAttribute(path, String(others + pages));
  const total = Number(await host.readFile(path));
  if (total < others + pages) {
    throw new Error(
      `Expected ${others + pages} hugepages of ${size} on NUMA node ${numaNode}, got ${total}: too little memory in one ` +
        'piece is free; ask for fewer, or have the kernel reserve them at boot (hugepages= on its command line)',
    );
  }
  await register.putPages(row);
}
