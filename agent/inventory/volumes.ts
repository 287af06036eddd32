import type { KnownVolume } from '../plan/known-volume.ts';
import { MOUNT_ROOT } from '../../api/keys.ts';

/** Everything by which a PersistentVolume may name a block device. */
export interface Namings {
  /** The device's paths. */
  aliases: ReadonlySet<string>;
  /** Its mount points. */
  mountPoints: readonly string[];
  /** UUIDs that it carries or would carry by our derivation. */
  uuids: readonly string[];
  /** Identities that the drive may have had; none for what lies on drives. */
  identities?: readonly string[];
}

/** The PersistentVolumes that name a device: by path, by a path inside its mounts, by our identity, or by drive. */
export function namedBy(volumes: readonly KnownVolume[], namings: Namings): KnownVolume[] {
  return volumes.filter((volume) => names(volume, namings));
}

/** Whether a volume of ours hands a whole drive out raw, under one of the identities that the drive may have had. */
export function handsOut({ own, raw, identity }: KnownVolume, identities: readonly string[]): boolean {
  return own === true && raw === true && identity !== undefined && identities.includes(identity);
}

function names({ path, identity, drives }: KnownVolume, namings: Namings): boolean {
  const { aliases, mountPoints, uuids, identities = [] } = namings;
  if (identities.some((own) => drives?.includes(own))) return true;
  if (identity !== undefined && uuids.includes(identity)) return true;
  if (path === undefined) return false;
  const clean = path.replace(/\/+$/, '');
  const ownPaths = uuids.map((uuid) => `${MOUNT_ROOT}/${uuid}`);
  return aliases.has(clean) || [...mountPoints, ...ownPaths].some((point) => isInside(clean, point));
}

/** The root file system holds every path, so only the root itself counts there. */
function isInside(path: string, mountPoint: string): boolean {
  return path === mountPoint || (mountPoint !== '/' && path.startsWith(`${mountPoint}/`));
}
