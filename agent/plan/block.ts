import type { PlannedStep } from '../../api/plan.ts';
import type { Inventory, InventoryDrive } from '../inventory/inventory.ts';
import { NOTHING, refuseAll, together, type LayoutPlan } from './layout-plan.ts';
import type { BlockVolume, PlannedVolume } from './planned.ts';

/** Each of these blank drives as a raw volume. Nothing is written to a drive: its PersistentVolume alone makes it ours. */
export function planBlock(drives: readonly InventoryDrive[]): LayoutPlan {
  return together(...drives.map(offer));
}

function offer(drive: InventoryDrive): LayoutPlan {
  const { path, byId, blank } = drive;
  if (byId === undefined) {
    return refuseAll(
      [path],
      'udev has made no by-id link for it: a raw volume needs a path that stays the same',
    );
  }
  if (!blank) return refuseAll([path], `an earlier set-up left bytes on it: ${zeroIt(drive)}`);
  return { ...NOTHING, volumes: [volumeOf(drive, false)], candidates: [path] };
}

/** Set-up itself writes nothing for raw volumes, so that a reset which could only mark a drive is not enough. */
const zeroIt = ({ device }: InventoryDrive): string =>
  `run \`blkdiscard --zeroout ${device}\` on the node first`;

/** Drives that are handed out raw already. */
export function keepBlock({ drives }: Inventory): LayoutPlan {
  const kept = drives.filter(isHandedOut);
  return {
    ...NOTHING,
    volumes: kept.map((drive) => volumeOf(drive, true)),
    candidates: kept.map(({ path }) => path),
  };
}

/** Whether a local drive is handed out raw, and was read completely. */
export function isHandedOut({ role, state, raw }: InventoryDrive): boolean {
  return raw && role === 'Local' && (state === 'Ours' || state === 'Bound');
}

/** Raw volumes of a plan that are still to be published. */
export function offered(volumes: readonly PlannedVolume[]): BlockVolume[] {
  return volumes.filter((volume) => volume.mode === 'Block').filter(({ published }) => !published);
}

/** What is shown of an offer among the steps: no program is run. */
export const shownOffer = ({ shown, path }: BlockVolume): PlannedStep => ({
  name: `publish ${shown} raw, as ${path}`,
  command: [],
});

function volumeOf({ identity, device, path, size, unique }: InventoryDrive, published: boolean): BlockVolume {
  return {
    mode: 'Block',
    identity,
    device,
    path: device,
    shown: path,
    size,
    drives: [identity],
    published,
    unique,
  };
}
