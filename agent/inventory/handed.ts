import type {
  HugepageSize,
  Snapshot,
  SpdkController,
  SpdkDrive,
  SpdkHugepages,
  SpdkRecord,
} from '../../api/snapshot.ts';
import { hash } from './fingerprint.ts';
import { listOf, mapOf, record, scalar, text, type Reader } from './reading.ts';
import { SnapshotError } from './snapshot-error.ts';

/** Nothing was handed over. */
export const nothingHanded = (machineID: string): SpdkRecord => ({
  machineID,
  controllers: [],
  hugepages: [],
});

/** The record of this very machine: one that came with a cloned root disk tells nothing of its drives. */
export function recordOfMachine({ spdk, machineID = '' }: Snapshot): SpdkRecord {
  return spdk?.machineID === machineID ? spdk : nothingHanded(machineID);
}

/** The controller behind which a drive was when it was handed to SPDK, or given back. */
export function handedWith({ controllers }: SpdkRecord, identity: string): SpdkController | undefined {
  return controllers.find(
    ({ state, drives }) => state !== 'begun' && drives.some((drive) => drive.identity === identity),
  );
}

/** A controller that we unbound in this boot. In another boot somebody else must have done it, and its drives are unknown. */
export function handedAt(
  { controllers }: SpdkRecord,
  address: string,
  bootID: string,
): SpdkController | undefined {
  return controllers.find(
    (controller) =>
      controller.address === address && controller.bootID === bootID && controller.state !== 'returned',
  );
}

/** The imprint of a drive that is or was SPDK's: what SPDK has written there meanwhile makes no difference. */
export const handedImprint = (identity: string): string => hash(['handed to SPDK', identity]);

const count: Reader<number> = (field, value) => {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
  throw new SnapshotError(field, 'a whole number', value);
};

const oneOf =
  <T extends string>(...known: readonly T[]): Reader<T> =>
  (field, value) => {
    const found = known.find((one) => one === value);
    if (found !== undefined) return found;
    throw new SnapshotError(field, known.join(' or '), value);
  };

export const hugepageSize: Reader<HugepageSize> = oneOf('2Mi', '1Gi');

const drive: Reader<SpdkDrive> = (field, value) => {
  const { identity, model, serial, size, sectorSize } = mapOf(scalar)(field, value);
  return {
    identity: text(`${field}.identity`, identity),
    size: count(`${field}.size`, size),
    ...(model === undefined ? {} : { model: String(model) }),
    ...(serial === undefined ? {} : { serial: String(serial) }),
    ...(sectorSize === undefined ? {} : { sectorSize: count(`${field}.sectorSize`, sectorSize) }),
  };
};

const controller: Reader<SpdkController> = (field, value) => {
  const { address, driver, state, bootID, drives } = record(field, value);
  return {
    address: text(`${field}.address`, address),
    driver: oneOf('vfio-pci', 'uio_pci_generic')(`${field}.driver`, driver),
    state: oneOf('begun', 'bound', 'returned')(`${field}.state`, state),
    bootID: text(`${field}.bootID`, bootID),
    drives: listOf(drive)(`${field}.drives`, drives),
  };
};

const pages: Reader<SpdkHugepages> = (field, value) => {
  const row = record(field, value);
  return {
    numaNode: count(`${field}.numaNode`, row.numaNode),
    size: hugepageSize(`${field}.size`, row.size),
    pages: count(`${field}.pages`, row.pages),
    bootID: text(`${field}.bootID`, row.bootID),
    ...(row.others === undefined ? {} : { others: count(`${field}.others`, row.others) }),
  };
};

/** Throws SnapshotError naming the damaged field. */
export const readSpdkRecord: Reader<SpdkRecord> = (field, value) => {
  const { machineID, controllers, hugepages, kubelet } = record(field, value);
  return {
    machineID: text(`${field}.machineID`, machineID),
    controllers: listOf(controller)(`${field}.controllers`, controllers),
    hugepages: listOf(pages)(`${field}.hugepages`, hugepages),
    ...(kubelet === undefined ? {} : { kubelet: restart(`${field}.kubelet`, kubelet) }),
  };
};

const restart: Reader<NonNullable<SpdkRecord['kubelet']>> = (field, value) => {
  const { bootID, bytes } = record(field, value);
  return { bootID: text(`${field}.bootID`, bootID), bytes: count(`${field}.bytes`, bytes) };
};
