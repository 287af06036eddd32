import { probeFree } from '../apply/check-device.ts';
import { RefusedError } from '../apply/refused-error.ts';
import { orAbsent } from '../discover/reads.ts';
import type { Host } from '../host/host.ts';
import { parseMountinfo } from '../inventory/mountinfo.ts';
import type { BlockVolume } from '../plan/planned.ts';

/**
 * Who may still use a raw drive, in words: the kernel (a mount in any namespace, md, device-mapper, swap), a process that
 * has it open plainly, a loop device over it, or a kubelet that still maps it for a pod. Rejects when it cannot be told.
 */
export async function rawUse(host: Host, { path }: BlockVolume, name: string): Promise<string | undefined> {
  const busy = await kernelUse(host, path);
  if (busy !== undefined) return busy;
  const [opener] = await host.openersOf(path);
  if (opener !== undefined) return `${opener} has it open`;
  const map = await mapOf(host, name);
  return map && `the kubelet still maps it on ${map}`;
}

async function kernelUse(host: Host, path: string): Promise<string | undefined> {
  try {
    await probeFree(host, path);
    return undefined;
  } catch (error) {
    if (error instanceof RefusedError) return error.reason;
    throw error;
  }
}

/** Where kubelets keep their data: upstream, k0s, MicroK8s, RKE. */
const KUBELET_ROOTS = [
  '/var/lib/kubelet',
  '/var/lib/k0s/kubelet',
  '/var/snap/microk8s/common/var/lib/kubelet',
  '/opt/rke/var/lib/kubelet',
];

const PLUGIN = 'kubernetes.io~local-volume';

/** A map of the volume that a kubelet has not taken away: its own one, or a pod's (pkg/volume/local in Kubernetes). */
async function mapOf(host: Host, name: string): Promise<string | undefined> {
  for (const root of await kubeletRoots(host)) {
    const pods = await orAbsent(host.readDirectory(`${root}/pods`), []);
    const folders = [
      `${root}/plugins/${PLUGIN}/volumeDevices`,
      ...pods.map((pod) => `${root}/pods/${pod}/volumeDevices/${PLUGIN}`),
    ];
    for (const folder of folders) {
      const entries = await orAbsent(host.readDirectory(folder), []);
      if (entries.includes(name)) return `${folder}/${name}`;
    }
  }
  return undefined;
}

/** What was told, the well-known ones, and those whose pods have mounts now: every pod with a service account has one. */
async function kubeletRoots(host: Host): Promise<Set<string>> {
  const mounts = parseMountinfo(await host.hostMountinfo()) ?? [];
  const seen = mounts.map(({ mountPoint }) => /^(.+)\/pods\/[^/]+\/volumes\//.exec(mountPoint)?.[1]);
  return new Set([host.kubeletRoot, ...KUBELET_ROOTS, ...seen].filter((root) => root !== undefined));
}
