import { mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AssetContext } from './context.ts';
import { unpackPackage } from './apt.ts';
import { ensureHostPackages } from './debian.ts';
import { unpackedKernel } from './kernel-image.ts';
import { cutSignature } from './module-signature.ts';
import { run } from './run.ts';
import { cachedAsset } from './store.ts';

/** A kernel that boots without an initrd, and its modules. */
export interface KernelAsset {
  /** As `uname -r` says it. */
  version: string;
  /** What QEMU starts: Debian's kernel, unpacked where QEMU can start it so. */
  vmlinuz: string;
  /** The folder that becomes `/lib/modules/<version>`, with depmod's indices. */
  modulesDir: string;
}

/** No initrd: the way to the root disk has to be in the kernel itself. */
export const builtIn = ['nvme', 'nvme-core', 'ext4'] as const;

/** What the nodes load: their network and containers, fake cloud drives, every layout, and user-space drivers. */
export const neededModules = [
  ...['virtio_net', 'virtio_console', 'qemu_fw_cfg'],
  ...['overlay', 'br_netfilter', 'bridge', 'veth', 'nf_tables', 'nf_nat', 'xt_conntrack', 'loop'],
  ...['nvmet', 'nvmet-tcp', 'nvme-tcp', 'configfs'],
  ...['dm-mod', 'dm-crypt', 'md-mod', 'raid0', 'raid1', 'raid10', 'raid456', 'xfs'],
  ...['vfio-pci', 'uio_pci_generic'],
] as const;

/** The kernel that Debian offers lacks something the nodes need. */
export class UnsuitableKernelError extends Error {
  readonly version: string;
  readonly missing: readonly string[];

  constructor(version: string, missing: readonly string[]) {
    super(`Debian’s kernel ${version} cannot run the lab’s nodes: it lacks ${missing.join(', ')}`);
    this.name = 'UnsuitableKernelError';
    this.version = version;
    this.missing = missing;
  }
}

const packagePattern = '^linux-image-[0-9].*-cloud-amd64$';

/** The newest cloud kernel that Debian had when the cache was filled; the package lists are refreshed first as root. */
export async function kernelAsset(ctx: AssetContext): Promise<KernelAsset> {
  const build = (dir: string): Promise<void> => buildKernel(ctx, dir);
  const dir = await cachedAsset(ctx, { kind: 'kernel', id: 'debian-cloud-amd64-2', build });
  const version = (await readFile(join(dir, 'version'), 'utf8')).trim();
  return { version, vmlinuz: join(dir, 'vmlinuz'), modulesDir: join(dir, 'lib', 'modules', version) };
}

async function buildKernel(ctx: AssetContext, dir: string): Promise<void> {
  await ensureHostPackages(ctx);
  const tree = join(dir, 'tree');
  await unpackPackage(ctx, packagePattern, newestKernelPackage, tree);
  await arrange(ctx, dir, tree);
  await rm(tree, { recursive: true });
}

/** Does once what a node under TCG would spend seconds on at each boot: unpacks kernel and modules, cuts off signatures. */
async function arrange(ctx: AssetContext, dir: string, tree: string): Promise<void> {
  const [version] = await readdir(join(tree, 'lib', 'modules'));
  if (version === undefined) throw new Error(`the kernel package holds no modules below ${tree}/lib/modules`);
  ctx.progress(`kernel: unpacking the modules of ${version}`);
  await mkdir(join(dir, 'lib', 'modules'), { recursive: true });
  const packed = await readFile(join(tree, 'boot', `vmlinuz-${version}`));
  await writeFile(join(dir, 'vmlinuz'), unpackedKernel(packed) ?? packed);
  await rename(join(tree, 'lib', 'modules', version), join(dir, 'lib', 'modules', version));
  await run(ctx, 'find', [dir, '-name', '*.ko.xz', '-exec', 'xz', '--decompress', '{}', '+']);
  const modules = join(dir, 'lib', 'modules', version);
  const files = await readdir(modules, { recursive: true });
  for (const file of files.filter((name) => name.endsWith('.ko'))) await cutSignature(join(modules, file));
  await run(ctx, 'depmod', ['-b', dir, version]);
  const missing = missingDrivers(
    await readFile(join(modules, 'modules.builtin'), 'utf8'),
    await readFile(join(modules, 'modules.dep'), 'utf8'),
  );
  if (missing.length > 0) throw new UnsuitableKernelError(version, missing);
  await writeFile(join(dir, 'version'), `${version}\n`);
}

/** The newest of `apt-cache search` lines like `linux-image-6.12.9+deb12-cloud-amd64 - Linux 6.12 …`. */
export function newestKernelPackage(searchOutput: string): string | undefined {
  const names = searchOutput
    .split('\n')
    .flatMap((line) => line.split(' ', 1))
    .filter((name) => name !== '');
  const numbered = names.map((name) => ({ name, numbers: (name.match(/\d+/g) ?? []).map(Number) }));
  return numbered.sort((a, b) => compareNumbers(b.numbers, a.numbers))[0]?.name;
}

function compareNumbers(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((value, index) => value !== b[index]);
  return at === -1 ? a.length - b.length : (a[at] ?? 0) - (b[at] ?? 0);
}

/** What `modules.builtin` and `modules.dep` do not have of what the nodes need; a built-in driver is as good as a module. */
export function missingDrivers(builtinList: string, dependencies: string): readonly string[] {
  const inKernel = moduleNames(builtinList);
  const loadable = moduleNames(dependencies);
  return [
    ...builtIn.filter((name) => !inKernel.has(name)).map((name) => `${name} (built in)`),
    ...neededModules.filter((name) => !inKernel.has(name) && !loadable.has(name)),
  ];
}

function moduleNames(list: string): Set<string> {
  return new Set([...list.matchAll(/([^/\n]+)\.ko(?:\.xz)?(?::|$)/gm)].map(([, name]) => name ?? ''));
}
