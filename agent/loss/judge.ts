import { DRIVE_COUNT, NODE_LABEL, PROVISIONED_BY, PROVISIONER, VOLUME_IDENTITY } from '../../api/keys.ts';
import type { VolumeStatus } from '../../api/node.ts';
import { parseBytes } from '../../api/quantity.ts';
import type { PersistentVolume } from '../../kube/resources.ts';
import type { Inventory, InventoryDrive } from '../inventory/inventory.ts';
import { present } from '../inventory/present.ts';
import { knownVolume } from '../publish/known-volumes.ts';
import { traceOf } from './trace.ts';

/** A PersistentVolume of ours on this node that is not among what the drives carry. */
export interface AbsentVolume {
  object: PersistentVolume;
  /** `Lost` by proof, else `Failed`, with the reason. */
  status: VolumeStatus;
}

/** What absent volumes are looked for in. */
export interface LossContext {
  inventory: Inventory;
  /** Identities of the volumes that are there. */
  found: readonly string[];
  volumes: readonly PersistentVolume[];
  nodeName: string;
}

/** Judges every volume of ours that is not there: lost needs positive proof, anything less is a failure to wait out. */
export function absentVolumes({ inventory, found, volumes, nodeName }: LossContext): AbsentVolume[] {
  return volumes
    .filter((volume) => isOwn(volume, nodeName))
    .flatMap((object) => {
      const { identity, drives = [], claim } = knownVolume(object);
      if (identity === undefined || found.includes(identity)) return [];
      const unproved = missingProof(inventory, object, identity, drives);
      return [{ object, status: { ...statusOf(object, identity, claim), ...verdict(unproved) } }];
    });
}

/** Drives that volumes of ours on this node lie on and that are gone, or do not answer; in words. */
export function missingDrives({ inventory, volumes, nodeName }: LossContext): string[] {
  const own = volumes.filter((volume) => isOwn(volume, nodeName));
  const named = new Set(own.flatMap((volume) => knownVolume(volume).drives ?? []));
  return [...named].flatMap((identity) => troubleOf(inventory, identity) ?? []).sort();
}

const isOwn = ({ metadata }: PersistentVolume, nodeName: string): boolean =>
  metadata?.annotations?.[PROVISIONED_BY] === PROVISIONER &&
  metadata.annotations[VOLUME_IDENTITY] !== undefined &&
  metadata.labels?.[NODE_LABEL] === nodeName;

/** Why a volume must be waited for, in words; undefined when it is lost (design §3.6). */
function missingProof(
  inventory: Inventory,
  { metadata }: PersistentVolume,
  identity: string,
  own: readonly string[],
): string | undefined {
  const troubled = own.flatMap((drive) => troubleOf(inventory, drive) ?? []);
  const trace = traceOf(inventory, identity);
  if (trace === 'whole') return troubled[0] ?? 'its filesystem is there, but not mounted';
  const [error] = Object.entries(inventory.errors).filter(([field]) => !/^(?:dmi$|entries:)/.test(field));
  if (error !== undefined) return `not everything could be read: ${error[0]}: ${error[1]}`;
  const unread = inventory.drives.find((drive) => isUnread(drive));
  if (unread !== undefined) return `drive ${unread.path} is ${unread.state}: ${unread.reason ?? ''}`;
  const count = Number(metadata?.annotations?.[DRIVE_COUNT] ?? NaN);
  const local = inventory.drives.filter(({ role }) => role === 'Local').length;
  if (local >= count) return undefined;
  const short = `${local} of ${Number.isNaN(count) ? 'an unknown number of' : count} local drives are here`;
  return [...troubled, short].join('; ');
}

/** A drive whose role is not known may be a local one that could not be read. */
const isUnread = ({ role, state }: InventoryDrive): boolean =>
  (role === 'Local' || role === 'Other') && (state === 'Unknown' || state === 'Failed');

/** What is wrong with a drive that a volume lies on, in words. */
function troubleOf({ drives }: Inventory, identity: string): string | undefined {
  const name = identity.replace(/#\d+$/, '');
  const drive = drives.find((each) => each.identity === identity);
  if (drive === undefined) return `drive ${name} is gone`;
  return isUnread(drive)
    ? `drive ${name} (${drive.path}) is ${drive.state}: ${drive.reason ?? ''}`
    : undefined;
}

const verdict = (unproved: string | undefined): Pick<VolumeStatus, 'state' | 'reason'> =>
  unproved === undefined
    ? { state: 'Lost', reason: 'all drives of the node are here, and it is on none of them' }
    : { state: 'Failed', reason: unproved };

function statusOf({ metadata, spec }: PersistentVolume, identity: string, claim: string | undefined) {
  const [namespace = '', name = ''] = claim?.split('/') ?? [];
  return {
    name: metadata?.name ?? '',
    path: spec?.local?.path ?? '',
    capacity: capacityOf(spec?.capacity?.storage),
    identity,
    ...present({ claim: claim === undefined ? undefined : { namespace, name } }),
  };
}

/** As we published it; a number that somebody else wrote is nothing to fail for. */
function capacityOf(storage: string | undefined): number {
  return /^\d+$/.test(storage ?? '') ? parseBytes(storage ?? '0') : 0;
}
