import { createHash } from 'node:crypto';
import type { Drive } from '../../api/drive.ts';
import { column, sizeOf, withDescendants, type BlockDevice } from './device-table.ts';
import type { Facts } from './facts.ts';
import { blkidOf, contentPairs } from './signature.ts';

/**
 * Hash over everything seen of a drive that a decision could rest on, and of what lies on it. Equal as long as nobody
 * wrote, mounted, bound or exchanged anything.
 */
export function fingerprintOf(
  facts: Facts,
  device: BlockDevice,
  drive: Drive & { identity: string },
): string {
  const { identity, path, role, state, reason, model, serial } = drive;
  const stack = withDescendants(facts.devices, device).map((part) => [
    part.kname,
    part.type,
    sizeOf(part) ?? null,
    ...(['fstype', 'uuid', 'label', 'pttype'] as const).map((name) => column(part, name) ?? null),
  ]);
  const probed = contentPairs(blkidOf(facts, device));
  const { constant = null, mark = null } = facts.snapshot.samples?.[device.path] ?? {};
  return hash([
    identity,
    path,
    role,
    state,
    reason ?? null,
    model ?? null,
    serial ?? null,
    stack,
    probed,
    ...(mark === null ? [constant] : [constant, mark]),
  ]);
}

/**
 * Hash over what is written on a drive, and nothing of how it is named, mounted or held now: equal as long as nobody
 * wrote something else on it. What a person gave up is what had this imprint then.
 */
export function imprintOf(facts: Facts, device: BlockDevice, identity: string): string {
  const parts = withDescendants(facts.devices, device)
    .filter(({ type }) => type === 'part')
    .map((part) => [
      sizeOf(part) ?? null,
      ...(['fstype', 'uuid', 'label'] as const).map((name) => column(part, name) ?? null),
    ]);
  const { constant = null, mark = null } = facts.snapshot.samples?.[device.path] ?? {};
  const drive = [identity, sizeOf(device) ?? null, column(device, 'model') ?? null];
  const written = [contentPairs(blkidOf(facts, device)), constant, mark, ...entriesOf(facts, device)];
  return hash([drive, written, parts]);
}

/** What the filesystem on it holds, where that was looked at. */
function entriesOf({ snapshot }: Facts, { path }: BlockDevice): string[][] {
  const entries = snapshot.entries?.[path];
  return entries === undefined ? [] : [[...entries].sort()];
}

/** Hexadecimal SHA-256 of a value's JSON text. */
export function hash(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex');
}
