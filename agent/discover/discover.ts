import type { Snapshot } from '../../api/snapshot.ts';
import type { Host } from '../host/host.ts';
import { SnapshotError } from '../inventory/snapshot-error.ts';
import { BEGUN_PATH, parseBegun } from './begun.ts';
import { withEntries } from './entries.ts';
import { readDmi } from './dmi.ts';
import { readDrives } from './drives.ts';
import { KUBELET_CHANGE_PATH, parseKubeletChange, pendingChange } from './kubelet-change.ts';
import { readKubelet } from './kubelet.ts';
import { readLinks } from './links.ts';
import { readHugepages, readReserved } from './hugepages.ts';
import type { DiscoverOptions } from './options.ts';
import { readPci } from './pci.ts';
import { orAbsent, Reads } from './reads.ts';
import { parseSpdkRecord, SPDK_PATH } from './spdk-record.ts';
import { readStacks } from './stacks.ts';
import { readSysctls } from './sysctls.ts';
import { readWellKnown } from './well-known.ts';

/**
 * Reads everything planning needs from the host, as much as possible at the same time. A failed read does not end it:
 * it goes to `errors`, and classification makes the drives concerned Unknown. Rejects with CommandError or
 * SnapshotError only when lsblk itself fails, because then there is nothing to tell.
 */
export async function discoverSnapshot(host: Host, options: DiscoverOptions): Promise<Snapshot> {
  const reads = new Reads();
  const [lsblk, machine] = await Promise.all([readLsblk(host, options), readMachine(host, reads)]);
  const snapshot: Snapshot = { version: 1, lsblk, ...machine, errors: reads.errors };
  const seen = { ...snapshot, ...(await readDrives(host, snapshot, reads, options)) };
  const complete = { ...seen, ...(await readStacks(host, seen, reads, options)) };
  return options.entries ? await withEntries(host, complete) : complete;
}

/** Absent on a machine that nothing was handed over on. */
async function readHanded(host: Host): Promise<Snapshot['spdk']> {
  const text = await orAbsent(host.readFile(SPDK_PATH), undefined);
  return text === undefined ? undefined : parseSpdkRecord(text);
}

async function readLsblk(host: Host, { signal }: DiscoverOptions): Promise<Snapshot['lsblk']> {
  const { stdout } = await host.run(['lsblk', '-J', '-b', '-O'], signal ? { signal } : {});
  try {
    return JSON.parse(stdout) as Snapshot['lsblk'];
  } catch (error) {
    throw new SnapshotError('lsblk', 'JSON as `lsblk -J` prints it', stdout, { cause: error });
  }
}

/** What concerns the machine as a whole. */
async function readMachine(host: Host, reads: Reads): Promise<Partial<Snapshot>> {
  const file = (key: string, path: string) =>
    reads.attempt(key, async () => (await host.readFile(path)).trim());
  const mountinfo = reads.attempt('mountinfo', () => host.hostMountinfo());
  const fields = {
    byId: reads.attempt('byId', () => readLinks(host)),
    mountinfo,
    swaps: reads.attempt('swaps', () => host.readFile('/proc/swaps')),
    // A kernel without md has no mdstat and no arrays.
    mdstat: reads.attempt('mdstat', () => orAbsent(host.readFile('/proc/mdstat'), '')),
    machineID: file('machineID', '/etc/machine-id'),
    bootID: file('bootID', '/proc/sys/kernel/random/boot_id'),
    begun: reads.attempt('begun', async () => parseBegun(await orAbsent(host.readFile(BEGUN_PATH), '[]'))),
    dmi: reads.attempt('dmi', () => readDmi(host)),
    pci: reads.attempt('pci', () => readPci(host)),
    hugepages: reads.attempt('hugepages', () => readHugepages(host)),
    hugepagesReserved: reads.attempt('hugepages', () => readReserved(host)),
    spdk: reads.attempt('spdk', () => readHanded(host)),
    files: reads.attempt('files', async () => readWellKnown(host, await mountinfo)),
    sysctls: reads.attempt('sysctls', () => readSysctls(host)),
    kubelet: reads.attempt('kubelet', () => readKubelet(host)),
    kubeletChange: reads.attempt('kubeletChange', async () =>
      pendingChange(
        parseKubeletChange(await orAbsent(host.readFile(KUBELET_CHANGE_PATH), 'null')),
        (await host.readFile('/proc/sys/kernel/random/boot_id')).trim(),
      ),
    ),
  };
  const entries = await Promise.all(
    Object.entries(fields).map(async ([key, value]) => [key, await value] as const),
  );
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}
