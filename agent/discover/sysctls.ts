import { SWAP_SYSCTLS } from '../../api/swap.ts';
import type { Host } from '../host/host.ts';
import { orAbsent } from './reads.ts';

/** The vm.* sysctls that set-up may change, as they are; without those that this kernel has not. */
export async function readSysctls(host: Host): Promise<Record<string, string>> {
  const values: Record<string, string> = {};
  await Promise.all(
    SWAP_SYSCTLS.map(async (name) => {
      const value = await orAbsent(host.readFile(`/proc/sys/vm/${name}`), undefined);
      if (value !== undefined) values[name] = value.trim();
    }),
  );
  return values;
}
