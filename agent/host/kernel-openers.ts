import { readdir, readFile, stat } from 'node:fs/promises';
import { isSame, unlessGone } from './openers.ts';

/** Where the kernel's own users of block devices are told; below another root in tests. */
export interface KernelTrees {
  /** `/sys/block`. */
  block: string;
  /** `/sys/kernel/config`, as the host has it mounted. */
  config: string;
}

/**
 * Users of a block device inside the kernel that open it plainly, so that neither an exclusive open nor any process shows
 * them, in words: loop devices, NVMe targets and SCSI targets. The kernel tells the backing's path only, so a path that leads
 * elsewhere in another mount namespace is not seen.
 */
export async function kernelOpenersOf(
  path: string,
  locate: (hostPath: string) => Promise<string>,
  trees: KernelTrees,
): Promise<string[]> {
  const device = await stat(path);
  if (!device.isBlockDevice()) return [];
  const backings = (
    await Promise.all([loops(trees.block), ...TARGETS.map((kind) => targets(trees, kind))])
  ).flat();
  const over = backings.map(async ({ name, backing }) => {
    const file = backing.startsWith('/')
      ? await unlessGone(stat(await locate(backing)), undefined)
      : undefined;
    return file && isSame(file, device) ? [name] : [];
  });
  return (await Promise.all(over)).flat();
}

interface Backing {
  /** The user, in words. */
  name: string;
  /** What it is backed by; empty for nothing. */
  backing: string;
}

async function loops(block: string): Promise<Backing[]> {
  const names = (await readdir(block)).filter((name) => name.startsWith('loop'));
  return await Promise.all(
    names.map(async (name) => ({ name, backing: await textOf(`${block}/${name}/loop/backing_file`) })),
  );
}

/** A kind of target in configfs: its folders, a level each, and the attribute that names the backing. */
interface TargetKind {
  what: string;
  /** Names below it, then a fixed folder, and so on: `*` stands for every name. */
  levels: readonly string[];
  attribute: string;
}

/**
 * nvmet opens its backing without a holder (nvmet_bdev_ns_enable in drivers/nvme/target/io-cmd-bdev.c), and so does LIO's
 * fileio, by filp_open (fd_configure_device in drivers/target/target_core_file.c).
 */
const TARGETS: readonly TargetKind[] = [
  { what: 'NVMe target', levels: ['nvmet', 'subsystems', '*', 'namespaces', '*'], attribute: 'device_path' },
  { what: 'SCSI target', levels: ['target', 'core', '*', '*'], attribute: 'udev_path' },
];

async function targets({ config }: KernelTrees, { what, levels, attribute }: TargetKind): Promise<Backing[]> {
  let folders = [{ path: config, name: '' }];
  for (const level of levels) {
    const below = folders.map(async ({ path, name }) => {
      if (level !== '*') return [{ path: `${path}/${level}`, name }];
      const names = await unlessGone(readdir(path), []);
      return names.map((entry) => ({ path: `${path}/${entry}`, name: `${name}/${entry}` }));
    });
    folders = (await Promise.all(below)).flat();
  }
  return await Promise.all(
    folders.map(async ({ path, name }) => ({
      name: `${what} ${name.slice(1)}`,
      backing: await textOf(`${path}/${attribute}`),
    })),
  );
}

const textOf = async (path: string): Promise<string> => (await unlessGone(readFile(path, 'utf8'), '')).trim();
