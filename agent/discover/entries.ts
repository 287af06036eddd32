import { MOUNT_ROOT } from '../../api/keys.ts';
import type { Snapshot } from '../../api/snapshot.ts';
import type { Host } from '../host/host.ts';
import { factsOf, type Facts } from '../inventory/facts.ts';
import type { BlockDevice } from '../inventory/device-table.ts';
import { isDrive, traitsOf } from '../inventory/drives.ts';
import { readSnapshot } from '../inventory/parse-snapshot.ts';
import { mayBeLocal } from '../inventory/providers/role.ts';
import type { Signature } from '../inventory/inventory.ts';
import { signatureOf } from '../inventory/signature.ts';
import { mountPointsOf, rootDevices, useOf } from '../inventory/use.ts';
import { Reads } from './reads.ts';

const LOOK_ROOT = '/run/kubectl-nvme/look';

/** Enough to tell a person what is there; a filesystem with more is not empty in any case. */
const MOST_ENTRIES = 20;

const TIMEOUT_MS = 60_000;

/**
 * The snapshot with the names in the root directory of each ext4 or xfs that fills a local drive. A filesystem that is
 * not mounted is looked at through a read-only loop device: then not even a journal is replayed, and one that was not
 * cleanly unmounted cannot be looked at (ext4(5), xfs(5): a read-only device with a dirty log does not mount).
 */
export async function withEntries(host: Host, snapshot: Snapshot): Promise<Snapshot> {
  const facts = factsOf(readSnapshot(snapshot));
  const reads = new Reads();
  const entries: Record<string, string[]> = {};
  for (const { device, signature } of filesystems(facts)) {
    const found = await reads.attempt(`entries:${device.path}`, () =>
      namesOn(host, facts, device, signature),
    );
    if (found !== undefined) entries[device.path] = found.slice(0, MOST_ENTRIES);
  }
  return { ...snapshot, entries, errors: { ...snapshot.errors, ...reads.errors } };
}

function filesystems(facts: Facts): { device: BlockDevice; signature: Signature }[] {
  const roots = rootDevices(facts);
  return [...facts.devices.values()].flatMap((device) => {
    const signature = signatureOf(facts, device);
    const isFilesystem = signature?.type === 'ext4' || signature?.type === 'xfs';
    const isLocal = isDrive(device) && !roots.has(device.kname) && mayBeLocal(traitsOf(facts, device));
    return isFilesystem && isLocal ? [{ device, signature }] : [];
  });
}

async function namesOn(
  host: Host,
  facts: Facts,
  device: BlockDevice,
  { type, uuid = '' }: Signature,
): Promise<string[]> {
  const own = `${MOUNT_ROOT}/${uuid}`;
  if (mountPointsOf(facts, device).some(({ path }) => path === own)) return await host.readDirectory(own);
  const use = useOf(facts, device);
  if (use !== undefined) throw new Error(`not looked at: ${use}`);
  const path = `${LOOK_ROOT}/${device.kname}`;
  await host.makeDirectory(path);
  const options = ['ro', 'loop', 'nosuid', 'nodev', 'noexec', ...(type === 'xfs' ? ['nouuid'] : [])];
  await host.run(['mount', '-t', type, '-o', options.join(','), device.path, path], {
    timeoutMs: TIMEOUT_MS,
  });
  try {
    return await host.readDirectory(path);
  } finally {
    await host.run(['umount', path], { timeoutMs: TIMEOUT_MS });
  }
}
