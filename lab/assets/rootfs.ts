import { join } from 'node:path';
import type { AssetContext } from './context.ts';
import { requireRoot } from './apt.ts';
import { ensureHostPackages } from './debian.ts';
import { digestOf } from './digest.ts';
import { run } from './run.ts';
import { cachedAsset } from './store.ts';

/** What a lab node has installed: an init, what a kubelet calls, and the drive tools that a person expects on a node. */
export const nodePackages: readonly string[] = [
  ...['systemd', 'systemd-sysv', 'dbus', 'udev', 'kmod', 'procps', 'ca-certificates'],
  ...['iproute2', 'iptables', 'conntrack', 'socat', 'ethtool'],
  ...[
    'util-linux',
    'mount',
    'e2fsprogs',
    'xfsprogs',
    'lvm2',
    'mdadm',
    'nvme-cli',
    'cryptsetup-bin',
    'pciutils',
  ],
  // runc is built against the host's libseccomp and loads the node's.
  'libseccomp2',
];

/** Paths that no lab machine or image reads; leaving them out saves a third of the copying. */
export const unreadPaths: readonly string[] = [
  '/usr/share/doc/*',
  '/usr/share/man/*',
  '/usr/share/info/*',
  '/usr/share/locale/*',
  '/usr/share/lintian/*',
];

/** The Debian release of nodes and images. */
export const debianSuite = 'bookworm';

/** The folder that holds a node's root file system, owned by root; made once for each list of packages. */
export async function rootfsTree(ctx: AssetContext): Promise<string> {
  const id = `${debianSuite}-${digestOf({ nodePackages, unreadPaths, recipe: 1 })}`;
  const dir = await cachedAsset(ctx, {
    kind: 'rootfs',
    id,
    build: (into) => debianTree(ctx, 'node root file system', nodePackages, join(into, 'tree')),
  });
  return join(dir, 'tree');
}

/** Installs a minimal Debian with the given packages into `target`: a folder, or a tar file by its name's ending. */
export async function debianTree(
  ctx: AssetContext,
  what: string,
  packages: readonly string[],
  target: string,
): Promise<void> {
  await requireRoot(ctx, `the ${what}`);
  await ensureHostPackages(ctx);
  ctx.progress(`${what}: installing ${packages.length} Debian packages`);
  const started = (line: string): void => {
    if (line.startsWith('I: ')) ctx.progress(`${what}: ${line.slice(3)}`);
  };
  await run(ctx, 'mmdebstrap', mmdebstrapArguments(packages, target), {
    env: { SOURCE_DATE_EPOCH: '0', DEBIAN_FRONTEND: 'noninteractive' },
    onLine: started,
  });
}

/** The arguments of mmdebstrap for a minimal tree without documentation, package lists or downloaded packages. */
export function mmdebstrapArguments(packages: readonly string[], target: string): string[] {
  return [
    '--variant=minbase',
    ...unreadPaths.map((path) => `--dpkgopt=path-exclude=${path}`),
    `--include=${packages.join(',')}`,
    debianSuite,
    target,
  ];
}
