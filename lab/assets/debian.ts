import { isRoot, updatePackageLists } from './apt.ts';
import type { AssetContext } from './context.ts';
import { run } from './run.ts';
import { withLock } from './lock.ts';

/** A Debian package the host needs, and what the lab needs it for. */
export interface HostPackage {
  name: string;
  why: string;
}

/** What nodes need of the host beyond a control plane, which needs Go alone. */
export const nodeHostPackages: readonly HostPackage[] = [
  { name: 'qemu-system-x86', why: 'the nodes are QEMU machines' },
  { name: 'seabios', why: 'their firmware' },
  { name: 'ipxe-qemu', why: 'the option ROM of their network device' },
  { name: 'qemu-utils', why: 'one qcow2 overlay per node over the base disk' },
  { name: 'mmdebstrap', why: 'root file systems of nodes and images' },
  { name: 'debian-archive-keyring', why: 'their packages are verified' },
  { name: 'e2fsprogs', why: 'mke2fs -d makes the base disk' },
  { name: 'kmod', why: 'depmod for the nodes’ kernel modules' },
  { name: 'xz-utils', why: 'the modules are unpacked once, not at every load' },
  { name: 'gcc', why: 'runc is built with cgo' },
  { name: 'libc6-dev', why: 'runc is built with cgo' },
  { name: 'libseccomp-dev', why: 'runc without seccomp refuses the kubelet’s containers' },
  { name: 'pkg-config', why: 'cgo finds libseccomp with it' },
];

/** Packages are missing and only root may install them; the message is the command to run. */
export class MissingPackagesError extends Error {
  readonly missing: readonly string[];

  constructor(missing: readonly string[]) {
    super(
      `the lab needs Debian packages that are not installed: ${missing.join(', ')}. Run: ` +
        `sudo apt-get update && sudo apt-get install -y --no-install-recommends ${missing.join(' ')}`,
    );
    this.name = 'MissingPackagesError';
    this.missing = missing;
  }
}

/** The packages of `wanted` that dpkg does not know as installed. */
export async function missingPackages(
  ctx: AssetContext,
  wanted: readonly HostPackage[],
): Promise<readonly string[]> {
  const format = '${db:Status-Status} ${Package}\\n';
  const status = await run(ctx, 'sh', [
    '-c',
    'dpkg-query --show --showformat "$0" "$@" 2>/dev/null || true',
    format,
    ...wanted.map((each) => each.name),
  ]);
  return notInstalled(status, wanted);
}

/** Reads lines of `STATUS PACKAGE`; a package without a line is one that dpkg has never seen. */
export function notInstalled(status: string, wanted: readonly HostPackage[]): readonly string[] {
  const installed = new Set(
    status
      .split('\n')
      .filter((line) => line.startsWith('installed '))
      .map((line) => line.slice('installed '.length)),
  );
  return wanted.map((each) => each.name).filter((name) => !installed.has(name));
}

/**
 * Makes sure that the host has the packages the lab's nodes need: as root it installs what is missing,
 * as anyone else it throws `MissingPackagesError`.
 */
export async function ensureHostPackages(ctx: AssetContext): Promise<void> {
  if ((await missingPackages(ctx, nodeHostPackages)).length === 0) return;
  await withLock(ctx, 'apt', async () => {
    const missing = await missingPackages(ctx, nodeHostPackages);
    if (missing.length === 0) return;
    if (!(await isRoot(ctx))) throw new MissingPackagesError(missing);
    await updatePackageLists(ctx);
    ctx.progress(`installing Debian packages: ${missing.join(' ')}`);
    await run(ctx, 'apt-get', ['install', '-y', '--no-install-recommends', ...missing], {
      env: { DEBIAN_FRONTEND: 'noninteractive' },
    });
  });
}
