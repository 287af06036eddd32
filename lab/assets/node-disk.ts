import { mkdir, rm, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { resolveBinaries } from './binaries.ts';
import { importImages } from './containerd-root.ts';
import type { AssetContext } from './context.ts';
import { requireRoot } from './apt.ts';
import { ensureHostPackages } from './debian.ts';
import { digestOf, treeFacts } from './digest.ts';
import { installGuest } from './guest-tree.ts';
import { kernelAsset, type KernelAsset } from './kernel.ts';
import type { ImageAsset } from './oci.ts';
import { partitionOffset, rootPartUUID, writePartitionTable } from './partition.ts';
import { rootfsTree } from './rootfs.ts';
import { run } from './run.ts';
import { cachedAsset, pruneKind } from './store.ts';

/** What a node's disk holds beside Debian, the kernel's modules and the programs. */
export interface NodeDiskOptions {
  /** Imported into the node's containerd, so that no node does it at boot. */
  images: readonly ImageAsset[];
  /**
   * A tree copied onto the root; its files `enable` and `mask` (not copied) list systemd units, one a line.
   */
  guestDir: string;
}

/** The raw disk that nodes are overlays of, one ext4 partition on it, and the kernel that boots it. */
export interface NodeDisk {
  path: string;
  /** For `root=PARTUUID=…`: the kernel numbers NVMe controllers as they answer, not as they are plugged. */
  rootPartUUID: string;
  kernel: KernelAsset;
}

const nodePrograms = ['kubelet', 'containerd', 'containerd-shim-runc-v2', 'ctr', 'runc', 'lab-exec'] as const;
const cniPlugins = ['ptp', 'loopback', 'host-local', 'portmap'] as const;
const diskSizeMiB = 6144;
const disksKept = 3;

/**
 * The base disk of the lab's nodes, made once for each combination of its parts. An overlay that has to outlive
 * the pruning of old base disks keeps a hard link of its own to `path`.
 */
export async function nodeBaseDisk(ctx: AssetContext, options: NodeDiskOptions): Promise<NodeDisk> {
  await ensureHostPackages(ctx);
  const kernel = await kernelAsset(ctx);
  const rootfs = await rootfsTree(ctx);
  const programs = await resolveBinaries(ctx, nodePrograms);
  const cni = await resolveBinaries(ctx, cniPlugins);
  const id = digestOf({
    parts: [kernel.version, rootfs, ...Object.values(programs), ...Object.values(cni)],
    images: options.images.map((image) => [image.ref, image.digest]),
    guest: await treeFacts(options.guestDir),
    recipe: 3,
  });
  const dir = await cachedAsset(ctx, {
    kind: 'node-disks',
    id,
    oneAtATime: true,
    build: (into) => buildDisk(ctx, into, { ...options, kernel, rootfs, programs, cni }),
  });
  await pruneKind(ctx, 'node-disks', disksKept);
  return { path: join(dir, 'root.raw'), rootPartUUID, kernel };
}

interface DiskParts extends NodeDiskOptions {
  kernel: KernelAsset;
  rootfs: string;
  programs: Record<(typeof nodePrograms)[number], string>;
  cni: Record<(typeof cniPlugins)[number], string>;
}

/** Composes the root as hard links to the cached parts, which no step changes in place, and makes one file system of it. */
async function buildDisk(ctx: AssetContext, dir: string, parts: DiskParts): Promise<void> {
  await requireRoot(ctx, 'the base disk of the lab’s nodes');
  const root = join(dir, 'root');
  ctx.progress('node disk: composing the root file system');
  await linkTree(ctx, parts.rootfs, root);
  await mkdir(join(root, 'usr', 'lib', 'modules'), { recursive: true });
  await linkTree(ctx, parts.kernel.modulesDir, join(root, 'usr', 'lib', 'modules', parts.kernel.version));
  await run(ctx, 'cp', ['--link', ...Object.values(parts.programs), join(root, 'usr', 'local', 'bin')]);
  await mkdir(join(root, 'opt', 'cni', 'bin'), { recursive: true });
  await run(ctx, 'cp', ['--link', ...Object.values(parts.cni), join(root, 'opt', 'cni', 'bin')]);
  await installGuest(ctx, parts.guestDir, root);
  const containerdRoot = join(root, 'var', 'lib', 'containerd');
  await linkContainerdRoot(ctx, await baseContainerdRoot(ctx, parts), containerdRoot);
  await importImages(ctx, parts.programs, containerdRoot, parts.images);
  ctx.progress('node disk: writing the ext4 image');
  const disk = join(dir, 'root.raw');
  // The file's holes are zeros, so no node has to write the tables of inodes in its first minutes.
  const extended = `assume_storage_prezeroed=1,offset=${partitionOffset}`;
  const size = `${diskSizeMiB - partitionOffset / 2 ** 20}M`;
  await run(ctx, 'mke2fs', ['-q', '-t', 'ext4', '-L', 'lab-root', '-E', extended, '-d', root, disk, size]);
  await truncate(disk, diskSizeMiB * 2 ** 20);
  await writePartitionTable(disk, diskSizeMiB * 2 ** 20);
  await rm(root, { recursive: true });
}

async function linkTree(ctx: AssetContext, from: string, to: string): Promise<void> {
  await run(ctx, 'cp', ['--archive', '--link', '--no-target-directory', from, to]);
}

/** A containerd root with the slow-changing lower layers only, so that new code costs the unpacking of one small layer. */
async function baseContainerdRoot(ctx: AssetContext, parts: DiskParts): Promise<string> {
  const bases = parts.images.map((image) => image.base ?? image);
  const id = digestOf({
    containerd: parts.programs.containerd,
    images: bases.map((image) => [image.ref, image.digest]),
  });
  return await cachedAsset(ctx, {
    kind: 'containerd-roots',
    id,
    build: (into) => importImages(ctx, parts.programs, into, bases),
  });
}

/** Layers are never written again and can be shared; containerd's databases are, and get copies. */
async function linkContainerdRoot(ctx: AssetContext, from: string, to: string): Promise<void> {
  await linkTree(ctx, from, to);
  const databases = (
    await run(ctx, 'find', [from, '-name', '*.db', '-not', '-path', '*/fs/*', '-printf', '%P\\n'])
  ).split('\n');
  for (const name of databases.filter((each) => each !== '')) {
    await run(ctx, 'cp', ['--archive', '--remove-destination', join(from, name), join(to, name)]);
  }
}
