import { makeDataDirectory } from '../apply/perform-mount.ts';
import { performStep } from '../apply/perform-step.ts';
import type { StepContext } from '../apply/step-context.ts';
import { RefusedError } from '../apply/refused-error.ts';
import type { FilesystemVolume } from '../plan/planned.ts';
import { newFilesystem } from '../plan/filesystem-steps.ts';
import type { FilesystemLayout } from '../../api/layout.ts';
import type { CleanMethod } from './decide.ts';
import { erase, type Erasure } from './erase.ts';
import { filesystemUse } from './filesystem-use.ts';
import { emptyTrash, moveToTrash, trashIn } from './trash.ts';

export interface CleanContext extends StepContext {
  /** Options of the mounts that are made anew. */
  filesystem: FilesystemLayout;
  signal: AbortSignal;
}

/**
 * Leaves a filesystem volume as on its first day, durably: an empty data directory, and for all methods but Delete a new
 * filesystem with the same UUID. `id` names what is moved out of the way first. Killed at any moment, another call ends
 * what it began. Rejects with RefusedError or CommandError.
 */
export async function cleanFilesystem(
  volume: FilesystemVolume,
  method: CleanMethod,
  id: string,
  context: CleanContext,
): Promise<void> {
  const { host } = context;
  await moveToTrash(host, volume, id);
  await checkUnused(volume, context);
  if (method === 'Delete') {
    await emptyTrash(host, volume);
    await makeDataDirectory(host, { mountPath: volume.mountPath, uuid: volume.identity });
  } else {
    await remake(volume, method, context);
  }
  await host.syncFilesystem(volume.mountPath);
  await verifyEmpty(volume, context);
}

/** From the first written block to the end of mkfs the UUID is on record as half-made: planning goes on from there. */
async function remake(
  volume: FilesystemVolume,
  method: 'Reformat' | Erasure,
  context: CleanContext,
): Promise<void> {
  const { mountPath, device, identity: uuid, fsType, drives, stripe } = volume;
  const unmount = { kind: 'unmount' as const, name: `unmount ${mountPath}`, device, uuid, path: mountPath };
  await performStep(unmount, context);
  if (method !== 'Reformat') {
    await context.begun.begin(uuid);
    await erase(device, method, context);
  }
  const target = { device, shown: device, uuid, drives, ...(stripe ? { stripe } : {}) };
  const { mountOptions } = context.filesystem;
  for (const step of newFilesystem(target, { type: fsType, mountOptions })) await performStep(step, context);
}

/** Who mounted the directory between the look and the rename has it still; now that it is moved, nobody new can. */
async function checkUnused(volume: FilesystemVolume, { host }: CleanContext): Promise<void> {
  const use = await filesystemUse(host, volume);
  if (use !== undefined) throw new RefusedError(volume.mountPath, use);
}

async function verifyEmpty(volume: FilesystemVolume, { host }: CleanContext): Promise<void> {
  const left = [...(await trashIn(host, volume)), ...(await host.readDirectory(volume.path))];
  if (left.length === 0) return;
  throw new RefusedError(volume.path, `it is not empty after the cleaning: ${left.slice(0, 3).join(', ')}`);
}
