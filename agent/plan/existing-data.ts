import type { NVMeProfileSpec } from '../../api/profile.ts';
import type { Inventory, InventoryDrive } from '../inventory/inventory.ts';
import { covers, type Order } from '../order/order.ts';
import { mountPathOf } from './filesystem-steps.ts';
import { clearedUuid } from './identity.ts';
import type { Step } from './step.ts';

/** Leave to overwrite what is on drives that are not ours, beside what the profile's `existingData` says. */
export interface Consent {
  /** What a person gave up by ordering the plan with its ID. */
  order?: Order;
  /** The node was never ready: nobody can have put data on it on purpose since it came. */
  newNode?: boolean;
}

/** Directory entries that hold nobody's data: mkfs makes the one, we the other, and what is in ours is looked at again. */
const NOBODYS: ReadonlySet<string> = new Set(['lost+found']);
const OURS: ReadonlySet<string> = new Set(['lost+found', 'data']);

const WIPABLE_LAYOUTS = new Set(['Filesystem', 'RAID', 'LVM']);

/**
 * Whether set-up may overwrite what someone has left on a drive. Never one that is in use, that could not be read or that
 * a PersistentVolume names; without an order only a filesystem that was looked at and is empty, on a new node.
 */
export function mayBeWiped(
  drive: InventoryDrive,
  { existingData, layout }: Pick<NVMeProfileSpec, 'existingData' | 'layout'>,
  { order, newNode = false }: Consent,
): boolean {
  const { role, selected, state, volumes, signature, entries } = drive;
  if (existingData !== 'Wipe' || !WIPABLE_LAYOUTS.has(layout.type)) return false;
  if (role !== 'Local' || !selected || state !== 'Foreign' || volumes.length > 0) return false;
  if (order !== undefined && covers(order, drive)) return true;
  const isFilesystem = signature?.type === 'ext4' || signature?.type === 'xfs';
  return newNode && isFilesystem && holdsOnly(entries, NOBODYS);
}

/** Takes every signature off drives of others that are about to be used. */
export function wipeSteps(
  { machineID }: Pick<Inventory, 'machineID'>,
  drives: readonly InventoryDrive[],
): Step[] {
  return drives
    .filter(({ state, content }) => state === 'Foreign' && Object.keys(content).length > 0)
    .map(({ path, device, identity, content }) => ({
      kind: 'wipe-signatures',
      name: `wipe the signatures of ${path}`,
      device,
      carries: content,
      begins: [clearedUuid(machineID, identity)],
    }));
}

/**
 * Whether `Adopt` may take a filesystem of someone else's over as a volume: of the wanted type, filling a local drive,
 * named by no PersistentVolume, mounted nowhere but by us, and with nothing in it.
 */
export function mayBeAdopted(
  drive: InventoryDrive,
  { existingData, layout }: Pick<NVMeProfileSpec, 'existingData' | 'layout'>,
): boolean {
  const { role, selected, state, volumes, signature, entries, mountPoints } = drive;
  if (existingData !== 'Adopt' || layout.type !== 'Filesystem') return false;
  if (role !== 'Local' || !selected || volumes.length > 0) return false;
  if (signature?.uuid === undefined || signature.type !== layout.filesystem?.type) return false;
  const own = mountPathOf(signature.uuid);
  const mountedByUs =
    state === 'InUse' && mountPoints.length > 0 && mountPoints.every((path) => path === own);
  return (state === 'Foreign' || mountedByUs) && holdsOnly(entries, OURS);
}

const holdsOnly = (entries: readonly string[] | undefined, allowed: ReadonlySet<string>): boolean =>
  entries?.every((name) => allowed.has(name)) === true;

/** Why a drive of someone else's stays as it is, in words that say what would change that. */
export function leftAlone(
  { state, reason, entries }: InventoryDrive,
  { existingData }: Pick<NVMeProfileSpec, 'existingData'>,
): string {
  const why = reason ?? `its state is ${state}`;
  if (state !== 'Foreign' || existingData === 'Refuse') return why;
  const shown = entries?.filter((name) => !OURS.has(name)) ?? [];
  const holds = shown.length === 0 ? why : `${why}, which holds ${shown.join(', ')}`;
  if (existingData === 'Adopt') return `${holds}; Adopt takes over only empty filesystems of the wanted type`;
  return `${holds}; it is wiped only by an order with the ID of this plan`;
}
