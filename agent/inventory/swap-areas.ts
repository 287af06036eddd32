import { plainUuid, swapMappingOf, swapUuidBehind } from '../plan/identity.ts';
import { withDescendants, type BlockDevice } from './device-table.ts';
import type { Facts } from './facts.ts';
import type { InventoryDrive, Signature, SwapArea } from './inventory.ts';
import { present } from './present.ts';
import { signatureOf } from './signature.ts';
import { swapCount } from './swaps.ts';
import { holdersOf, isSwap, mountPointsOf, swapEntry } from './use.ts';

/** The swap areas that fill a local drive: ours, and those of anyone that are switched on. */
export function swapAreas(
  facts: Facts,
  drives: readonly InventoryDrive[],
  kindOf: (device: BlockDevice, signature: Signature) => 'plain' | 'encrypted' | undefined,
): SwapArea[] {
  return drives
    .filter(({ role }) => role === 'Local')
    .flatMap((drive): SwapArea[] => {
      const device = [...facts.devices.values()].find(({ path }) => path === drive.path);
      if (device === undefined) return [];
      const signature = signatureOf(facts, device);
      const kind = signature && kindOf(device, signature);
      const owned = drive.state === 'Ours' || drive.state === 'Bound';
      if (kind !== undefined && owned && !drive.halfMade && signature?.uuid !== undefined) {
        return [ownArea(facts, device, { kind, uuid: signature.uuid })];
      }
      return isSwap(facts, device) && drive.state === 'InUse' ? [activeArea(facts, device)] : [];
    });
}

function ownArea(
  facts: Facts,
  device: BlockDevice,
  { kind, uuid }: { kind: 'plain' | 'encrypted'; uuid: string },
): SwapArea {
  const own = { drive: device.path, ours: true, uuid, encrypted: kind === 'encrypted' };
  if (kind === 'plain') return { ...own, open: true, formatted: true, ...activity(facts, device) };
  const mapping = mappingNamed(facts, device, swapMappingOf(uuid));
  if (mapping === undefined) return { ...own, open: false, formatted: false, active: false };
  const inner = signatureOf(facts, mapping);
  const formatted = inner?.type === 'swap' && plainUuid(inner.uuid) === swapUuidBehind(uuid);
  const activeNow = activity(facts, mapping);
  return { ...own, open: true, formatted: formatted || activeNow.active, ...activeNow };
}

const activeArea = (facts: Facts, device: BlockDevice): SwapArea => ({
  drive: device.path,
  ours: false,
  encrypted: false,
  open: true,
  formatted: true,
  ...activity(facts, device),
});

function activity(facts: Facts, device: BlockDevice) {
  return { active: isSwap(facts, device), ...present({ priority: swapEntry(facts, device)?.priority }) };
}

/** Whether swap is on beside what we have switched on ourselves. */
export function hasOtherSwap({ snapshot }: Facts, areas: readonly SwapArea[]): boolean {
  const own = areas.filter(({ ours, active }) => ours && active).length;
  return swapCount(snapshot.swaps ?? '') > own;
}

/** Our mapping over a marked drive, when it is there and nothing else is. */
export function swapMapping(facts: Facts, device: BlockDevice, { uuid }: Signature): BlockDevice | undefined {
  return uuid === undefined ? undefined : mappingNamed(facts, device, swapMappingOf(uuid));
}

function mappingNamed(facts: Facts, device: BlockDevice, name: string): BlockDevice | undefined {
  const above = withDescendants(facts.devices, device).filter((other) => other !== device);
  const [only, ...others] = above;
  const own = only?.type === 'crypt' && only.rows.some((row) => row.name === name);
  return own && others.length === 0 ? only : undefined;
}

/** Whether nothing but swap, and the mapping of ours below it, holds the drive. */
export function isUsedForSwapAlone(facts: Facts, device: BlockDevice): boolean {
  const stack = withDescendants(facts.devices, device);
  if (stack.some((part) => mountPointsOf(facts, part).length > 0)) return false;
  const above = stack.filter((other) => other !== device).map(({ kname }) => kname);
  const array = facts.mdstat.some(({ members }) => stack.some(({ kname }) => members.includes(kname)));
  return !array && stack.every(({ kname }) => holdersOf(facts, kname).every((name) => above.includes(name)));
}
