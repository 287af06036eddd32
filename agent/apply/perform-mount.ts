import type { Host } from '../host/host.ts';
import { commandOf } from '../plan/command.ts';
import type { MakeDataDirectoryStep, MountStep } from '../plan/step.ts';
import { DATA_DIRECTORY } from '../../api/keys.ts';
import { contentOf } from './check-device.ts';
import { isMounted } from './mounted.ts';
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
 * Makes the data directory inside the mounted filesystem. Never on the disk below a missing mount: a PersistentVolume
 * would then hand out the root disk.
 */
export async function makeDataDirectory(
  host: Host,
  { mountPath, uuid }: MakeDataDirectoryStep,
): Promise<void> {
  if (!(await isMounted(host, mountPath, uuid))) {
    throw new RefusedError(mountPath, `our filesystem ${uuid} is not mounted there`);
  }
  await host.run(['mkdir', '-p', `${mountPath}/${DATA_DIRECTORY}`], { writes: true, timeoutMs: TIMEOUT_MS });
}
