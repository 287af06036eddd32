import type { Host } from '../host/host.ts';
import { commandOf } from '../plan/command.ts';
import type { MakeDataDirectoryStep, MountStep, UnmountStep } from '../plan/step.ts';
import { DATA_DIRECTORY } from '../../api/keys.ts';
import { contentOf } from './check-device.ts';
import { hasMountAt, isMounted } from './mounted.ts';
import { RefusedError } from './refused-error.ts';

const TIMEOUT_MS = 120_000;

/** Mounts a filesystem of ours where the host sees it, unless it is mounted there already. */
export async function performMount(host: Host, step: MountStep): Promise<void> {
  if (await isMounted(host, step.path, step.uuid)) return;
  const content = await contentOf(host, step.device);
  if (content?.uuid !== step.uuid || content.type !== step.fsType) {
    const carried = content ? `${content.type} with UUID ${content.uuid ?? 'none'}` : 'no filesystem';
    throw new RefusedError(step.device, `expected our ${step.fsType} with UUID ${step.uuid}, got ${carried}`);
  }
  await host.makeDirectory(step.path);
  await host.run(commandOf(step), { writes: true, timeoutMs: TIMEOUT_MS });
  if (!(await isMounted(host, step.path, step.uuid))) {
    throw new Error(
      `mount of ${step.device} on ${step.path} ended well, but the host does not see it: ` +
        'give the pod hostPID: true, or its host volume mountPropagation: Bidirectional',
    );
  }
}

/**
 * Lets go of a filesystem of ours, unless that was done. What is mounted there is not looked at: a drive that was pulled
 * cannot be read, and nothing is lost by an unmount. Rejects when it is still in use.
 */
export async function performUnmount(host: Host, step: UnmountStep): Promise<void> {
  if (!(await hasMountAt(host, step.path))) return;
  await host.run(commandOf(step), { writes: true, timeoutMs: TIMEOUT_MS });
  if (await hasMountAt(host, step.path)) throw new Error(`${step.path} is still mounted after umount`);
}

/**
 * Makes the data directory inside the mounted filesystem. Never on the disk below a missing mount: a PersistentVolume
 * would then hand out the root disk.
 */
export async function makeDataDirectory(
  host: Host,
  { mountPath, uuid }: Pick<MakeDataDirectoryStep, 'mountPath' | 'uuid'>,
): Promise<void> {
  if (!(await isMounted(host, mountPath, uuid))) {
    throw new RefusedError(mountPath, `our filesystem ${uuid} is not mounted there`);
  }
  await host.run(['mkdir', '-p', `${mountPath}/${DATA_DIRECTORY}`], { writes: true, timeoutMs: TIMEOUT_MS });
}
