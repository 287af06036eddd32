import type { Snapshot } from '../../api/snapshot.ts';
import type { Host } from '../host/host.ts';
import { sizeOf, withDescendants, type BlockDevice } from '../inventory/device-table.ts';
import { isDrive, traitsOf } from '../inventory/drives.ts';
import { factsOf, type Facts } from '../inventory/facts.ts';
import { readSnapshot } from '../inventory/parse-snapshot.ts';
import { mayBeLocal } from '../inventory/providers/role.ts';
import { signatureOf } from '../inventory/signature.ts';
import { partitioning, rootDevices } from '../inventory/use.ts';
import { readNamespace } from './controllers.ts';
import type { DiscoverOptions } from './options.ts';
import { probe } from './probe.ts';
import type { Reads } from './reads.ts';
import { sampleDevice } from './sample.ts';

/** A part of a snapshot keyed by path. */
type ByPath<T> = Record<string, T>;

/**
 * What is on each drive itself. Only drives that some provider's rules could call local are opened; the root disk and
 * remote disks are left in peace.
 */
export async function readDrives(
  host: Host,
  snapshot: Snapshot,
  reads: Reads,
  options: DiscoverOptions,
): Promise<Partial<Snapshot>> {
  const drives = [...factsOf(readSnapshot(snapshot)).devices.values()].filter(isDrive);
  const nvme = await byPath(drives.filter(isNamespace), ({ kname, path }) =>
    reads.attempt(`nvme:${path}`, () => readNamespace(host, kname)),
  );
  const facts = factsOf(readSnapshot({ ...snapshot, nvme }));
  const wanted = worthReading(facts);
  const holders = await readHolders(host, facts, wanted, reads);
  return { nvme, holders, ...(await readContents(host, facts, wanted, reads, options)) };
}

/** Signatures of devices, and samples of those that have none. */
export async function readContents(
  host: Host,
  facts: Facts,
  devices: readonly BlockDevice[],
  reads: Reads,
  { seed, signal }: DiscoverOptions,
): Promise<{ blkid: ByPath<Record<string, string>>; samples: NonNullable<Snapshot['samples']> }> {
  const blkid = await byPath(devices, ({ path }) =>
    reads.attempt(`blkid:${path}`, () => probe(host, path, signal)),
  );
  const probed: Facts = {
    ...facts,
    snapshot: { ...facts.snapshot, blkid: { ...facts.snapshot.blkid, ...blkid } },
  };
  const raw = devices.filter(
    (device) =>
      blkid[device.path] !== undefined && !signatureOf(probed, device) && !partitioning(probed, device),
  );
  const samples = await byPath(raw, (device) =>
    reads.attempt(`samples:${device.path}`, () => sampleDevice(host, device.path, sizeOf(device) ?? 0, seed)),
  );
  return { blkid, samples };
}

/** Drives that may turn out to be candidates or ours. */
function worthReading(facts: Facts): BlockDevice[] {
  const roots = rootDevices(facts);
  return [...facts.devices.values()].filter(
    (device) => isDrive(device) && !roots.has(device.kname) && mayBeLocal(traitsOf(facts, device)),
  );
}

const isNamespace = ({ kname }: BlockDevice): boolean => /^nvme\d+n\d+$/.test(kname);

async function readHolders(host: Host, facts: Facts, drives: readonly BlockDevice[], reads: Reads) {
  const parts = drives.flatMap((drive) =>
    withDescendants(facts.devices, drive).filter((device) => device === drive || device.type === 'part'),
  );
  return byPath([...new Set(parts)], ({ kname, path }) =>
    reads.attempt(`holders:${path}`, () => host.readDirectory(`/sys/class/block/${kname}/holders`)),
  );
}

/** Results that are there, by kernel path. */
async function byPath<T>(
  devices: readonly BlockDevice[],
  read: (device: BlockDevice) => Promise<T | undefined>,
): Promise<ByPath<T>> {
  const values = await Promise.all(devices.map(read));
  const results: ByPath<T> = {};
  devices.forEach(({ path }, index) => {
    const value = values[index];
    if (value !== undefined) results[path] = value;
  });
  return results;
}
