import type { BlockDevice } from './device-table.ts';
import type { Facts } from './facts.ts';
import { blkidOf, signatureOf } from './signature.ts';
import { partitioning } from './use.ts';

/** Fields that concern every drive: without them no drive can be called free, nor ours. */
const MACHINE_WIDE = [
  'lsblk',
  'mountinfo',
  'swaps',
  'mdstat',
  'byId',
  'machineID',
  'bootID',
  'begun',
] as const;
/** Those that live discovery must have; a machine without md has no mdstat, a new one nothing begun. */
const REQUIRED = ['mountinfo', 'swaps', 'byId', 'machineID', 'bootID'] as const;

/** Why nothing on this machine can be judged, in words; undefined when all reads are there. */
export function blindness({ snapshot, mounts, swaps }: Facts, strict: boolean): string | undefined {
  for (const field of MACHINE_WIDE) {
    const error = snapshot.errors?.[field];
    if (error !== undefined) return `${field} could not be read: ${error}`;
  }
  if (snapshot.mountinfo !== undefined && mounts === undefined)
    return 'mountinfo has a line of an unknown form';
  if (snapshot.swaps !== undefined && swaps === undefined) return 'swaps has a line of an unknown form';
  const missing = strict ? REQUIRED.find((field) => snapshot[field] === undefined) : undefined;
  return missing === undefined ? undefined : `${missing} was not read`;
}

/** Why one drive cannot be judged, in words; undefined when it was read completely. */
export function unread(facts: Facts, device: BlockDevice, strict: boolean): string | undefined {
  const { errors } = facts.snapshot;
  for (const field of ['holders', 'blkid', 'samples', 'nvme']) {
    const error = errors?.[`${field}:${device.path}`] ?? errors?.[field];
    if (error !== undefined) return `${field} could not be read: ${error}`;
  }
  return strict ? missingRead(facts, device) : undefined;
}

function missingRead(facts: Facts, device: BlockDevice): string | undefined {
  const { holders, samples, nvme } = facts.snapshot;
  // Without it a drive of another machine, over NVMe over Fabrics, looks like one of this machine's.
  if (/^nvme\d/.test(device.kname) && !nvme?.[device.path]?.transport)
    return 'the transport of its controller was not read';
  if (holders?.[device.path] === undefined) return 'its holders were not read';
  if (blkidOf(facts, device) === undefined) return 'it was not probed by blkid';
  if (signatureOf(facts, device) !== undefined || partitioning(facts, device) !== undefined) return undefined;
  return samples?.[device.path] === undefined ? 'its blocks were not sampled' : undefined;
}

/** Why the members of LVM or md on this machine cannot be told, in words. */
export function unreadMembership(
  facts: Facts,
  fields: readonly string[],
  strict: boolean,
): string | undefined {
  for (const field of fields) {
    const entry = Object.entries(facts.snapshot.errors ?? {}).find(([key]) => key.split(':')[0] === field);
    if (entry) return `${field} could not be read: ${entry[1]}`;
  }
  const missing = strict ? fields.find((field) => !(field in facts.snapshot)) : undefined;
  return missing === undefined ? undefined : `${missing} was not read`;
}
