import { column, type BlockDevice } from './device-table.ts';
import type { Facts } from './facts.ts';

/** How a drive is named across reboots. */
export interface StableName {
  /** Part of every UUID that we derive for the drive. */
  identity: string;
  /** By-id link for people and steps; absent when udev made none that surely means this namespace. */
  byId?: string;
}

/**
 * The stable name of a drive: a by-id name and the namespace ID, never the serial alone (Google's is the same on every
 * drive). Without a usable link the name is put together as udev would, so that a link that comes or goes later does
 * not change the identity of ordinary drives.
 */
export function stableName(facts: Facts, device: BlockDevice): StableName {
  const [link] = usableLinks(facts, device);
  const name = link ?? udevName(device);
  const identity = `${name}#${namespaceId(facts, device)}`;
  return link === undefined ? { identity } : { identity, byId: `/dev/disk/by-id/${link}` };
}

/** All identities that the drive may have had under another choice of link, its own first. */
export function possibleIdentities(facts: Facts, device: BlockDevice): string[] {
  const nsid = namespaceId(facts, device);
  const names = [...usableLinks(facts, device), ...(facts.links.get(device.kname) ?? []), udevName(device)];
  return [...new Set(names.map((name) => `${name}#${nsid}`))];
}

/** Links that mean this namespace and no other, best first. */
function usableLinks(facts: Facts, device: BlockDevice): string[] {
  const shared = sharesSerial(facts, device);
  const nsid = namespaceId(facts, device);
  const ownNamespace = new RegExp(`(?:_|-ns-)${nsid}$`);
  const links = (facts.links.get(device.kname) ?? []).filter((name) => !/-part\d+$/.test(name));
  return links
    .filter((name) => !isAnothers(facts, device, name) && !isOneOfSeveralSlots(links, name))
    .filter((name) => !shared || rank(name) !== RANK_SERIAL || ownNamespace.test(name))
    .sort((a, b) => rank(a) - rank(b) || a.length - b.length || (a < b ? -1 : 1));
}

/** A link with the model and serial number of another drive, or of none that is here beside one of its own, is out of date. */
function isAnothers(facts: Facts, device: BlockDevice, link: string): boolean {
  const named = [...facts.devices.values()].filter(
    (drive) => drive.type === 'disk' && namesDrive(link, drive),
  );
  if (named.length > 0) return !named.includes(device);
  const links = facts.links.get(device.kname) ?? [];
  return rank(link) === RANK_SERIAL && links.some((name) => namesDrive(name, device));
}

/** Whether a link is the one that udev makes of a drive's model and serial number, with the namespace or without. */
function namesDrive(link: string, drive: BlockDevice): boolean {
  const name = udevName(drive);
  return link.startsWith(name) && /^(?:(?:_|-ns-)\d+)?$/.test(link.slice(name.length));
}

/** Google numbers its slots, and a drive is in one of them: of two such names one at least is wrong. */
function isOneOfSeveralSlots(links: readonly string[], link: string): boolean {
  return SLOT.test(link) && links.filter((name) => SLOT.test(name)).length > 1;
}

const SLOT = /^google-local-(?:nvme-)?ssd-\d+$/;
const RANK_SERIAL = 1;

/** Google's links name the slot; then model and serial; then other buses; hexadecimal world-wide names last. */
function rank(name: string): number {
  if (name.startsWith('google-local-')) return 0;
  if (/^nvme-(?:eui|nvme|uuid)\./.test(name) || name.startsWith('wwn-')) return 3;
  return name.startsWith('nvme-') ? RANK_SERIAL : 2;
}

/** Namespaces of one controller share model and serial, and then udev's plain link points at any of them. */
function sharesSerial(facts: Facts, device: BlockDevice): boolean {
  const name = udevName(device);
  return [...facts.devices.values()].some(
    (other) =>
      other !== device && other.type === 'disk' && !isHiddenPath(other.kname) && udevName(other) === name,
  );
}

/** udev's name for an NVMe drive: `nvme-<model>_<serial>`, blanks as underscores. */
function udevName(device: BlockDevice): string {
  const words = [column(device, 'model') ?? '', column(device, 'serial') ?? ''];
  const known = words.filter((word) => word !== '');
  const name = known.length === 0 ? (column(device, 'wwn') ?? device.kname) : known.join('_');
  return `nvme-${name.replaceAll(/\s+/g, '_')}`;
}

/** From sysfs where it was read, else from the kernel name, which is right but for multipath. */
export function namespaceId(facts: Facts, device: BlockDevice): number {
  const read = facts.snapshot.nvme?.[device.path]?.nsid;
  return read ?? Number(/^nvme\d+n(\d+)$/.exec(device.kname)?.[1] ?? 1);
}

/** One path of a multipath namespace (`nvme0c1n1`): the same blocks as `nvme0n1`, never a drive of its own. */
export const isHiddenPath = (kname: string): boolean => /^nvme\d+c\d+n\d+/.test(kname);
