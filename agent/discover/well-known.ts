import { DATA_DIRECTORY, MOUNT_ROOT } from '../../api/keys.ts';
import type { Host } from '../host/host.ts';
import { parseMountinfo } from '../inventory/mountinfo.ts';
import { MODULE_PATHS, UIO_LOADED } from '../plan/user-space-driver.ts';
import { orAbsent } from './reads.ts';

/** Files and folders that tell which platform owns the machine, and where its kubelet lives. */
const WELL_KNOWN = [
  '/.bottlerocket/rootfs',
  '/usr/bin/apiclient',
  '/dev/md/kubernetes',
  '/dev/disk/azure/resource',
  '/dev/disk/cloud/azure_resource',
  '/dev/disk/ephemeral',
  '/home/kubernetes/kubelet-config.yaml',
  '/etc/systemd/system/kubelet.service.d',
  '/var/lib/kubelet/config.yaml',
  '/var/lib/k0s/kubelet',
  '/var/snap/microk8s/common/var/lib/kubelet',
  '/opt/rke/var/lib/kubelet',
];

/** Which well-known paths and kernel modules exist, and which of our mounted filesystems have their data directory. */
export async function readWellKnown(
  host: Host,
  mountinfo: string | undefined,
): Promise<Record<string, boolean>> {
  const mounts = parseMountinfo(mountinfo ?? '') ?? [];
  const own = mounts.map(({ mountPoint }) => mountPoint).filter((path) => path.startsWith(`${MOUNT_ROOT}/`));
  const release = (await orAbsent(host.readFile('/proc/sys/kernel/osrelease'), '')).trim();
  const modules = MODULE_PATHS.map((path) => `/lib/modules/${release}/${path}`);
  const paths = [...WELL_KNOWN, UIO_LOADED, ...modules, ...own.map((path) => `${path}/${DATA_DIRECTORY}`)];
  return Object.fromEntries(
    await Promise.all(paths.map(async (path) => [path, await host.exists(path)] as const)),
  );
}
