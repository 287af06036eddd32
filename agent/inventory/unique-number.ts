import { isHiddenPath } from './by-id.ts';
import { column, type BlockDevice } from './device-table.ts';
import type { Facts } from './facts.ts';
import type { CloudProvider } from './inventory.ts';

/**
 * Whether a number of the drive tells it from every other drive: an EUI-64 or NGUID that its maker has assigned, or a
 * serial number that is one. Numbers that a hypervisor counts up are the same in the next machine.
 */
export function hasUniqueNumber(facts: Facts, device: BlockDevice, cloud: CloudProvider): boolean {
  const { eui64, nguid } = facts.snapshot.nvme?.[device.path] ?? {};
  return isAssigned(eui64, EUI64_OUI) || isAssigned(nguid, NGUID_OUI) || hasOwnSerial(facts, device, cloud);
}

/** Byte that begins the maker's number: of an EUI-64 the first, of an NGUID the ninth (NVMe base specification, 1.1.1). */
const EUI64_OUI = 0;
const NGUID_OUI = 8;

/** Bit of that byte which says that nobody has assigned the number (IEEE 802); QEMU's default 52-54-00 has it set. */
const LOCALLY_ADMINISTERED = 0x02;

function isAssigned(text: string | undefined, oui: number): boolean {
  const digits = text?.replaceAll(/[^0-9a-f]/gi, '') ?? '';
  const first = parseInt(digits.slice(2 * oui, 2 * oui + 2), 16);
  return Number.isFinite(first) && (first & LOCALLY_ADMINISTERED) === 0;
}

/** Shorter serial numbers are counted, not assigned. */
const LEAST_DIGITS = 12;

/** Google gives every drive the serial number `nvme_card`; Azure promises nothing. */
const TRUSTED: readonly CloudProvider[] = ['aws', 'generic'];

function hasOwnSerial(facts: Facts, device: BlockDevice, cloud: CloudProvider): boolean {
  const serial = column(device, 'serial') ?? '';
  const shared = [...facts.devices.values()].some(
    (other) =>
      other !== device &&
      other.type === 'disk' &&
      !isHiddenPath(other.kname) &&
      column(other, 'serial') === serial,
  );
  return TRUSTED.includes(cloud) && serial.length >= LEAST_DIGITS && !shared;
}
