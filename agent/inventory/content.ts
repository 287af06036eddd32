import { filesystemUuidOn } from '../plan/identity.ts';
import type { KnownVolume } from '../plan/known-volume.ts';
import { sizeOf, type BlockDevice } from './device-table.ts';
import { aliasesOf, type Facts } from './facts.ts';
import type { Content } from './inventory.ts';
import { signatureOf } from './signature.ts';
import { hostMountPaths, partitioning, useOf } from './use.ts';
import { namedBy } from './volumes.ts';

/**
 * What is on an array or logical volume of ours. `blank` asks for proof in live discovery: blkid must have found
 * nothing and the samples must be one constant byte; a file may lack both.
 */
export function contentOf(
  facts: Facts,
  device: BlockDevice,
  parentUuid: string | undefined,
  context: { strict: boolean; volumes: readonly KnownVolume[] },
): Content {
  const signature = signatureOf(facts, device);
  const mountPoints = hostMountPaths(facts, device);
  const uuids = [signature?.uuid, parentUuid === undefined ? undefined : filesystemUuidOn(parentUuid)];
  const named = namedBy(context.volumes, {
    aliases: aliasesOf(facts, device),
    mountPoints,
    uuids: uuids.filter((uuid) => uuid !== undefined),
  });
  const inUse = useOf(facts, device) !== undefined;
  const untouched = signature === undefined && partitioning(facts, device) === undefined && !inUse;
  return {
    path: device.path,
    device: device.path,
    size: sizeOf(device) ?? 0,
    inUse,
    blank: untouched && provenBlank(facts, device, context.strict),
    mountPoints,
    volumes: named.map(({ name }) => name),
    ...(signature === undefined ? {} : { signature }),
  };
}

/** Whether a device without signature really reads as blank; without evidence only a file is believed. */
export function provenBlank(facts: Facts, device: BlockDevice, strict: boolean): boolean {
  const sample = facts.snapshot.samples?.[device.path];
  if (sample) return sample.constant !== null;
  return !strict;
}
