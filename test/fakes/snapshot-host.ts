import type { Snapshot } from '../../api/snapshot.ts';
import { CommandError, type Host, type Place, type RunResult } from '../../agent/host/host.ts';
import { NODES, poolPath } from '../../agent/inventory/hugepages.ts';
import { BEGUN_PATH } from '../../agent/discover/begun.ts';

/** A system error as node:fs rejects with. */
function systemError(code: string, path: string): Error {
  return Object.assign(new Error(`${code}: ${path}`), { code });
}

/**
 * A host that shows the machine of a snapshot to discovery and refuses everything else. `broken` names programs and
 * paths that fail.
 */
export class SnapshotHost implements Host {
  /** Every program that was run. */
  readonly programs: string[][] = [];
  readonly #snapshot: Snapshot;
  readonly #broken: ReadonlySet<string>;
  readonly #files: Record<string, string>;
  readonly #directories: Record<string, string[]>;
  readonly #links: Record<string, string>;

  constructor(snapshot: Snapshot, broken: readonly string[] = []) {
    this.#snapshot = snapshot;
    this.#broken = new Set(broken);
    this.#files = filesOf(snapshot);
    this.#directories = directoriesOf(snapshot);
    this.#links = linksOf(snapshot);
  }

  run(command: readonly string[]): Promise<RunResult> {
    this.programs.push([...command]);
    const [program = '', ...rest] = command;
    const target = rest.at(-1) ?? '';
    const fail = (exitCode: number, stderr: string) =>
      Promise.reject(new CommandError(command, { exitCode, stderr, timedOut: false }));
    if (this.#broken.has(program) || this.#broken.has(`${program}:${target}`)) return fail(4, 'broken');
    const { lsblk, blkid, md, pvs, vgs, lvs } = this.#snapshot;
    const report = (kind: string, rows: unknown) => ok(JSON.stringify({ report: [{ [kind]: rows }] }));
    switch (program) {
      case 'lsblk':
        return ok(JSON.stringify(lsblk));
      case 'blkid': {
        const found = blkid?.[target] ?? {};
        if (found.TYPE === 'ambivalent') return fail(8, 'ambivalent result');
        return Object.keys(found).length === 0 ? fail(2, '') : ok(exported({ DEVNAME: target, ...found }));
      }
      case 'mdadm':
        return ok(exported(md?.[target] ?? {}));
      case 'pvs':
        return report('pv', pvs);
      case 'vgs':
        return report('vg', vgs);
      case 'lvs':
        return report('lv', lvs);
      default:
        return fail(127, 'not found');
    }
  }

  readFile(path: string): Promise<string> {
    return this.#answer(path, this.#files[path]);
  }

  readDirectory(path: string): Promise<string[]> {
    return this.#answer(path, this.#directories[path]);
  }

  realPath(path: string): Promise<string> {
    return this.#answer(path, this.#links[path]);
  }

  exists(path: string): Promise<boolean> {
    return Promise.resolve(this.#snapshot.files?.[path] ?? false);
  }

  hostMountinfo(): Promise<string> {
    return this.#answer('mountinfo', this.#snapshot.mountinfo);
  }

  /** Blank drives read as their constant byte; anything else as counting bytes. */
  readBlocks(path: string, places: readonly Place[]): Promise<Uint8Array[]> {
    const constant = this.#snapshot.samples?.[path]?.constant;
    const block = ({ length }: Place): Uint8Array =>
      constant == null
        ? Uint8Array.from({ length }, (_, index) => index % 251)
        : new Uint8Array(length).fill(constant);
    return this.#answer(`samples:${path}`, places.map(block));
  }

  rename = refuse;
  removeTree = refuse;
  syncFilesystem = refuse;
  mountsElsewhere = refuse;
  writeFile = refuse;
  makeDirectory = refuse;
  modifiedAt = (path: string): Promise<never> => Promise.reject(systemError('ENOENT', path));
  filesystemBytes = refuse;
  probeExclusive = refuse;
  holdExclusive = refuse;
  openersOf = refuse;
  writersOf = refuse;
  writeAttribute = refuse;
  withWriteLock = refuse;

  #answer<T>(path: string, value: T | undefined): Promise<T> {
    if (this.#broken.has(path)) return Promise.reject(systemError('EIO', path));
    return value === undefined ? Promise.reject(systemError('ENOENT', path)) : Promise.resolve(value);
  }
}

const refuse = (): Promise<never> => Promise.reject(new Error('a snapshot cannot be written to'));

const ok = (stdout: string): Promise<RunResult> => Promise.resolve({ stdout, stderr: '' });

const exported = (values: Record<string, string>): string =>
  Object.entries(values)
    .map(([key, value]) => `${key}=${value.replaceAll(' ', '\\ ')}\n`)
    .join('');

const kernelName = (path: string): string => path.slice('/dev/'.length);

/** The controller behind a namespace: `nvme1` of `nvme1n2`. */
const controllerOf = (path: string): string => `/sys/devices/${kernelName(path).replace(/n\d+$/, '')}`;

function filesOf({
  swaps,
  mdstat,
  machineID,
  bootID,
  begun,
  dmi,
  nvme,
  pci,
  hugepages,
}: Snapshot): Record<string, string> {
  const plain = {
    '/proc/swaps': swaps,
    '/proc/mdstat': mdstat,
    '/etc/machine-id': machineID && `${machineID}\n`,
    '/proc/sys/kernel/random/boot_id': bootID && `${bootID}\n`,
    [BEGUN_PATH]: JSON.stringify(begun ?? []),
  };
  const firmware = Object.entries(dmi ?? {}).map(([key, value]) => [
    `/sys/class/dmi/id/${key}`,
    `${value}\n`,
  ]);
  const drives = Object.entries(nvme ?? {}).flatMap(([path, drive]) => [
    [`/sys/class/block/${kernelName(path)}/nsid`, `${drive.nsid ?? 1}\n`],
    [`${controllerOf(path)}/transport`, `${drive.transport ?? 'pcie'}\n`],
    [`${controllerOf(path)}/address`, `${drive.address ?? ''}\n`],
    [`${controllerOf(path)}/numa_node`, `${drive.numaNode ?? -1}\n`],
  ]);
  const devices = (pci ?? []).flatMap(({ address, class: pciClass, numaNode = -1 }) => [
    [`/sys/bus/pci/devices/${address}/class`, `${pciClass}\n`],
    [`/sys/bus/pci/devices/${address}/numa_node`, `${numaNode}\n`],
  ]);
  const pages = (hugepages ?? []).flatMap(({ numaNode, size, total, free }) => [
    [`${poolPath(numaNode, size)}/nr_hugepages`, `${total}\n`],
    [`${poolPath(numaNode, size)}/free_hugepages`, `${free}\n`],
  ]);
  const known = Object.entries(plain).filter(([, value]) => value !== undefined);
  return Object.fromEntries([...known, ...firmware, ...drives, ...devices, ...pages]) as Record<
    string,
    string
  >;
}

function directoriesOf({ byId, holders, pci, lsblk, hugepages = [] }: Snapshot): Record<string, string[]> {
  const held = Object.entries(holders ?? {}).map(([path, names]) => [
    `/sys/class/block/${kernelName(path)}/holders`,
    names,
  ]);
  return Object.fromEntries([
    ['/dev/disk/by-id', Object.keys(byId ?? {})],
    [NODES, [...new Set(hugepages.map(({ numaNode }) => `node${numaNode}`))]],
    ['/sys/bus/pci/devices', (pci ?? []).map(({ address }) => address)],
    ...lsblk.blockdevices
      .flatMap(({ children = [] }) => children)
      .filter(({ type }) => type === 'part')
      .map(({ name }) => [`/sys/class/block/${name}/holders`, []]),
    ...held,
  ]) as Record<string, string[]>;
}

function linksOf({ byId, nvme, pci }: Snapshot): Record<string, string> {
  const links = Object.entries(byId ?? {}).map(([name, path]) => [`/dev/disk/by-id/${name}`, path]);
  const drives = Object.keys(nvme ?? {}).map((path) => [
    `/sys/class/block/${kernelName(path)}/device`,
    controllerOf(path),
  ]);
  const drivers = (pci ?? []).flatMap(({ address, driver, iommuGroup }) => [
    ...(driver ? [[`/sys/bus/pci/devices/${address}/driver`, `/sys/bus/pci/drivers/${driver}`]] : []),
    ...(iommuGroup
      ? [[`/sys/bus/pci/devices/${address}/iommu_group`, `/sys/kernel/iommu_groups/${iommuGroup}`]]
      : []),
  ]);
  return Object.fromEntries([...links, ...drives, ...drivers]) as Record<string, string>;
}
