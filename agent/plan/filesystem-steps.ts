import { DATA_DIRECTORY, MOUNT_ROOT } from '../../api/keys.ts';
import type { FilesystemLayout } from '../../api/layout.ts';
import type { Content, Inventory } from '../inventory/inventory.ts';
import type { FilesystemVolume } from './planned.ts';
import type { FilesystemType, Step, Stripe } from './step.ts';

/** A block device that carries or shall carry one of our filesystems. */
export interface Target {
  /** Path for steps. */
  device: string;
  /** Kernel paths for people. */
  shown: string;
  uuid: string;
  /** Identities of the drives below. */
  drives: string[];
  stripe?: Stripe;
}

/** Everything from a blank device to a data directory. */
export function newFilesystem(target: Target, filesystem: FilesystemLayout, replaces: string[] = []): Step[] {
  const { device, shown, uuid, stripe } = target;
  const fsType = filesystem.type;
  return [
    {
      kind: 'mkfs',
      name: `make ${fsType} filesystem on ${shown}`,
      device,
      fsType,
      uuid,
      replaces,
      ...(stripe ? { stripe } : {}),
    },
    mount(target, fsType, filesystem.mountOptions),
    makeDataDirectory(uuid),
  ];
}

/** What a filesystem of ours lacks to be used: its mount, its data directory, or nothing. */
export function missingSteps(
  target: Target,
  { fsType, mountPoints }: { fsType: FilesystemType; mountPoints: readonly string[] },
  { files }: Inventory,
  options: readonly string[],
): Step[] {
  if (!mountPoints.includes(mountPathOf(target.uuid))) {
    return [mount(target, fsType, options), makeDataDirectory(target.uuid)];
  }
  return files[dataPathOf(target.uuid)] === true ? [] : [makeDataDirectory(target.uuid)];
}

/** The volume of a filesystem of ours. */
export function volumeOf({ uuid, device, drives, stripe }: Target, fsType: FilesystemType): FilesystemVolume {
  const paths = { device, mountPath: mountPathOf(uuid), path: dataPathOf(uuid) };
  return { mode: 'Filesystem', identity: uuid, fsType, ...paths, drives, ...(stripe ? { stripe } : {}) };
}

/** The filesystem type of a content, when it is the filesystem with this UUID and one that we make. */
export function ownFilesystemType(
  content: Pick<Content, 'signature'>,
  uuid: string,
): FilesystemType | undefined {
  const { signature } = content;
  if (signature?.uuid !== uuid) return undefined;
  return signature.type === 'ext4' || signature.type === 'xfs' ? signature.type : undefined;
}

export const mountPathOf = (uuid: string): string => `${MOUNT_ROOT}/${uuid}`;

export const dataPathOf = (uuid: string): string => `${mountPathOf(uuid)}/${DATA_DIRECTORY}`;

function mount({ device, shown, uuid }: Target, fsType: FilesystemType, options: readonly string[]): Step {
  const path = mountPathOf(uuid);
  return {
    kind: 'mount',
    name: `mount ${shown} on ${path}`,
    device,
    fsType,
    uuid,
    path,
    options: [...options],
  };
}

function makeDataDirectory(uuid: string): Step {
  const mountPath = mountPathOf(uuid);
  return { kind: 'make-data-directory', name: `make the data directory in ${mountPath}`, mountPath, uuid };
}
