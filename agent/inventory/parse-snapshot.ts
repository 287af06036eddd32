import type {
  HugepagePool,
  LsblkDevice,
  NvmeIdentity,
  PciDevice,
  SampleResult,
  Snapshot,
} from '../../api/snapshot.ts';
import { hugepageSize, readSpdkRecord } from './handed.ts';
import { kubeletChange, kubeletFacts } from './parse-kubelet.ts';
import { flag, listOf, mapOf, orNull, record, scalar, text, type Reader } from './reading.ts';
import { SnapshotError } from './snapshot-error.ts';

/** Deeper than any real stack of partitions, md, LVM and encryption; a damaged file must not exhaust ours. */
const MAX_DEPTH = 32;

/** A snapshot from its JSON text. Throws SnapshotError. */
export function parseSnapshot(document: string): Snapshot {
  let value: unknown;
  try {
    value = JSON.parse(document);
  } catch (error) {
    throw new SnapshotError('', 'JSON as `nvme-agent snapshot` prints it', document, { cause: error });
  }
  return readSnapshot(value);
}

/**
 * Checks a decoded snapshot field by field. A damaged field is an error of the whole, because it may be the one that
 * says a drive is in use; a missing or null field is absent. Throws SnapshotError.
 */
export function readSnapshot(value: unknown): Snapshot {
  const root = record('', value);
  if (root.version !== undefined && root.version !== 1) throw new SnapshotError('version', '1', root.version);
  const { blockdevices } = record('lsblk', root.lsblk);
  const snapshot: Snapshot = {
    version: 1,
    lsblk: { blockdevices: listOf(lsblkDevice(0))('lsblk.blockdevices', blockdevices) },
  };
  const take = <K extends keyof Snapshot>(field: K, reader: Reader<NonNullable<Snapshot[K]>>) => {
    const found = root[field];
    if (found !== undefined && found !== null) snapshot[field] = reader(field, found);
  };
  for (const field of ['mountinfo', 'swaps', 'mdstat', 'machineID', 'bootID'] as const) take(field, text);
  for (const field of ['byId', 'dmi', 'errors', 'sysctls'] as const) take(field, mapOf(text));
  for (const field of ['pvs', 'vgs', 'lvs'] as const) take(field, listOf(mapOf(text)));
  for (const field of ['blkid', 'md'] as const) take(field, mapOf(mapOf(text)));
  take('nvme', mapOf(nvmeIdentity));
  take('pci', listOf(pciDevice));
  take('files', mapOf(flag));
  take('holders', mapOf(listOf(text)));
  take('samples', mapOf(sample));
  take('begun', listOf(text));
  take('entries', mapOf(listOf(text)));
  take('hugepages', listOf(hugepagePool));
  take('hugepagesReserved', mapOf(number));
  take('spdk', readSpdkRecord);
  take('kubelet', kubeletFacts);
  take('kubeletChange', kubeletChange);
  return snapshot;
}

const sample: Reader<SampleResult> = (field, value) => {
  const { constant, mark } = record(field, value);
  if (constant === null || typeof constant === 'number') {
    return { constant, ...(mark == null ? {} : { mark: text(`${field}.mark`, mark) }) };
  }
  throw new SnapshotError(`${field}.constant`, 'a byte or null', constant);
};

const pciDevice: Reader<PciDevice> = (field, value) => {
  const { address, class: pciClass, driver, numaNode, iommuGroup } = record(field, value);
  return {
    address: text(`${field}.address`, address),
    class: text(`${field}.class`, pciClass),
    driver: orNull(text)(`${field}.driver`, driver),
    iommuGroup: orNull(text)(`${field}.iommuGroup`, iommuGroup),
    ...(typeof numaNode === 'number' ? { numaNode } : {}),
  };
};

const hugepagePool: Reader<HugepagePool> = (field, value) => {
  const { numaNode, size, total, free } = record(field, value);
  return {
    numaNode: number(`${field}.numaNode`, numaNode),
    size: hugepageSize(`${field}.size`, size),
    total: number(`${field}.total`, total),
    free: number(`${field}.free`, free),
  };
};

const nvmeIdentity: Reader<NvmeIdentity> = (field, value) => {
  const { smart, ...rest } = record(field, value);
  const known = mapOf(scalar)(field, rest);
  const identity: NvmeIdentity = {};
  for (const key of [
    'transport',
    'address',
    'firmware',
    'identifyNamespaceVendor',
    'eui64',
    'nguid',
  ] as const) {
    if (known[key] !== undefined) identity[key] = String(known[key]);
  }
  for (const key of ['nsid', 'numaNode', 'dlfeat'] as const) {
    if (typeof known[key] === 'number') identity[key] = known[key];
  }
  return smart === undefined || smart === null
    ? identity
    : { ...identity, smart: mapOf(number)(`${field}.smart`, smart) };
};

const number: Reader<number> = (field, value) => {
  if (typeof value !== 'number') throw new SnapshotError(field, 'a number', value);
  return value;
};

/** Columns that are read somewhere; `lsblk -O` prints many more, which stay out. */
const TEXT_COLUMNS = [
  'kname',
  'path',
  'maj:min',
  'type',
  'model',
  'serial',
  'vendor',
  'tran',
  'rev',
  'wwn',
  'fstype',
  'fsver',
  'label',
  'uuid',
  'pttype',
  'parttype',
  'mountpoint',
  'hctl',
  'pkname',
] as const satisfies readonly (keyof LsblkDevice)[];

function lsblkDevice(depth: number): Reader<LsblkDevice> {
  return (field, value) => {
    if (depth > MAX_DEPTH) throw new SnapshotError(field, `at most ${MAX_DEPTH} levels of devices`, value);
    const row = mapOf((_, cell) => cell)(field, value);
    const device: LsblkDevice = { name: text(`${field}.name`, row.name) };
    for (const key of TEXT_COLUMNS) {
      if (row[key] !== undefined) device[key] = text(`${field}.${key}`, row[key]);
    }
    for (const key of ['ro', 'rm'] as const) {
      if (row[key] !== undefined) device[key] = scalar(`${field}.${key}`, row[key]);
    }
    for (const key of ['size', 'log-sec', 'phy-sec'] as const) {
      if (row[key] !== undefined) device[key] = numeric(`${field}.${key}`, row[key]);
    }
    device.mountpoints = listOf(orNull(text))(`${field}.mountpoints`, row.mountpoints ?? []);
    device.children = listOf(lsblkDevice(depth + 1))(`${field}.children`, row.children ?? []);
    return device;
  };
}

const numeric: Reader<number | string> = (field, value) => {
  if (typeof value === 'number' || typeof value === 'string') return value;
  throw new SnapshotError(field, 'a number', value);
};
