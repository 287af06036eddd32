import type { DriveState } from '../../api/drive.ts';
import type { SpdkController } from '../../api/snapshot.ts';
import type { KnownVolume } from '../plan/known-volume.ts';
import { provenBlank } from './content.ts';
import { contradiction } from './contradiction.ts';
import { isReadOnly, sizeOf, type BlockDevice } from './device-table.ts';
import type { Facts } from './facts.ts';
import type { MdArray, VolumeGroup } from './inventory.ts';
import { hasBegun, isCleared, isOwnFilesystem, isOwnPhysicalVolume, ownSwap } from './own.ts';
import { describeSignature, signatureOf } from './signature.ts';
import { blindness, unread, unreadMembership } from './unread.ts';
import { isUsedForSwapAlone, swapMapping } from './swap-areas.ts';
import { isSwap, partitioning, useOf } from './use.ts';
import { handsOut } from './volumes.ts';

/** What was found out about a drive, in the words of api/drive.ts. */
export interface Verdict {
  state: DriveState;
  reason?: string;
  /** Something of ours that was never completed. */
  halfMade?: true;
}

export interface StateContext {
  strict: boolean;
  machineID: string;
  /** All identities the drive may have had. */
  identities: readonly string[];
  /** PersistentVolumes that name the drive or anything on it. */
  volumes: readonly KnownVolume[];
  /** PersistentVolumes of the node. */
  allVolumes: readonly KnownVolume[];
  arrays: readonly MdArray[];
  groups: readonly VolumeGroup[];
  /** What became of the drive when we had handed it to SPDK. */
  handed?: SpdkController['state'] | undefined;
}

/** The state of one whole drive, whatever its role. Ours only where a UUID proves it; Free only where all reads do. */
export function stateOf(facts: Facts, device: BlockDevice, context: StateContext): Verdict {
  const size = sizeOf(device);
  if (size === 0) return { state: 'Failed', reason: 'does not answer: its size is 0' };
  const found =
    handedOut(context) ??
    arrayMember(facts, device, context) ??
    groupMember(facts, device, context) ??
    filesystem(facts, device, context) ??
    swap(facts, device, context) ??
    inUse(facts, device) ??
    returned(facts, device, context) ??
    foreign(facts, device) ??
    raw(facts, device, context, size);
  return judgeable(facts, device, context, found);
}

/** What nobody could read completely is neither free nor ours. */
function judgeable(facts: Facts, device: BlockDevice, context: StateContext, verdict: Verdict): Verdict {
  if (verdict.state !== 'Free' && verdict.state !== 'Ours' && verdict.state !== 'Bound') return verdict;
  const why =
    blindness(facts, context.strict) ?? contradiction(device) ?? unread(facts, device, context.strict);
  return why === undefined ? verdict : { state: 'Unknown', reason: why };
}

/** A drive that we have handed out raw stays ours whatever its user has put on it, a filesystem or an array included. */
const handedOut = (context: StateContext): Verdict | undefined =>
  context.volumes.some((volume) => handsOut(volume, context.identities)) ? ours(context) : undefined;

function arrayMember(facts: Facts, device: BlockDevice, context: StateContext): Verdict | undefined {
  const array = context.arrays.find(({ members }) => members.includes(device.path));
  if (!array) return undefined;
  if (array.ours) {
    const why = unreadMembership(facts, ['md'], context.strict);
    if (why !== undefined) return { state: 'Unknown', reason: why };
    return array.halfMade && context.volumes.length === 0 ? unfinished() : ours(context);
  }
  const name = array.name === '' ? (array.path ?? array.uuid) : array.name;
  const used = array.active || useOf(facts, device) !== undefined;
  return { state: used ? 'InUse' : 'Foreign', reason: `member of md array ${name}` };
}

function groupMember(facts: Facts, device: BlockDevice, context: StateContext): Verdict | undefined {
  const group = context.groups.find(({ members }) => members.includes(device.path));
  if (!group) return lonePhysicalVolume(facts, device, context);
  if (group.ours) return ours(context);
  const active = group.logicalVolumes.some((volume) => volume.active) || useOf(facts, device) !== undefined;
  return { state: active ? 'InUse' : 'Foreign', reason: `member of VG ${group.name}` };
}

/** A physical volume that is in no group: ours when its UUID is, and then only half of a set-up. */
function lonePhysicalVolume(facts: Facts, device: BlockDevice, context: StateContext): Verdict | undefined {
  const signature = signatureOf(facts, device);
  if (signature?.type !== 'LVM2_member' || useOf(facts, device) !== undefined) return undefined;
  const why = unreadMembership(facts, ['pvs', 'vgs', 'lvs'], context.strict);
  if (why !== undefined) return { state: 'Unknown', reason: `LVM physical volume; ${why}` };
  // Without LVM's report of a file nobody knows whether a group has it.
  const own = facts.snapshot.pvs !== undefined && isOwnPhysicalVolume(signature, context);
  return own && context.volumes.length === 0 ? unfinished() : undefined;
}

function filesystem(facts: Facts, device: BlockDevice, context: StateContext): Verdict | undefined {
  const signature = signatureOf(facts, device);
  if (!signature?.uuid || !isOwnFilesystem(signature, context)) return undefined;
  const use = useOf(facts, device);
  if (partitioning(facts, device) !== undefined) return undefined;
  if (use !== undefined) return use.startsWith('mounted') ? ours(context) : undefined;
  const begun = facts.snapshot.begun?.includes(signature.uuid) === true;
  return begun && context.volumes.length === 0 ? unfinished() : ours(context);
}

/** Swap of ours, on or off. Anything else above the drive than our own mapping is somebody's use of it. */
function swap(facts: Facts, device: BlockDevice, context: StateContext): Verdict | undefined {
  const signature = signatureOf(facts, device);
  const kind = signature && ownSwap(signature, context);
  if (signature === undefined || kind === undefined || partitioning(facts, device) !== undefined)
    return undefined;
  if (useOf(facts, device) === undefined) {
    const begun = facts.snapshot.begun?.includes(signature.uuid ?? '') === true;
    return begun && context.volumes.length === 0 ? unfinished() : ours(context);
  }
  const own = kind === 'plain' ? isSwap(facts, device) : swapMapping(facts, device, signature) !== undefined;
  return own && isUsedForSwapAlone(facts, device) ? ours(context) : undefined;
}

function inUse(facts: Facts, device: BlockDevice): Verdict | undefined {
  const reason = useOf(facts, device);
  return reason === undefined ? undefined : { state: 'InUse', reason };
}

/** What SPDK has left on a drive is ours to clear, and nobody's to use, also when it looks like a filesystem. */
function returned(facts: Facts, device: BlockDevice, { handed, volumes }: StateContext): Verdict | undefined {
  const carries = signatureOf(facts, device) !== undefined || partitioning(facts, device) !== undefined;
  if (handed !== 'returned' || volumes.length > 0 || !carries) return undefined;
  return { state: 'Ours', reason: GIVEN_BACK };
}

const GIVEN_BACK = 'SPDK has given it back, with what it wrote there';

function foreign(facts: Facts, device: BlockDevice): Verdict | undefined {
  const signature = signatureOf(facts, device);
  const reason = partitioning(facts, device) ?? (signature && describeSignature(signature));
  return reason === undefined ? undefined : { state: 'Foreign', reason };
}

/** Nothing is written on the drive that has a name: free, unless samples or a PersistentVolume say otherwise. */
function raw(facts: Facts, device: BlockDevice, context: StateContext, size: number | undefined): Verdict {
  if (size === undefined) return { state: 'Unknown', reason: 'its size is not known' };
  if (isReadOnly(device)) return { state: 'Failed', reason: 'read-only' };
  const why = blindness(facts, context.strict) ?? unread(facts, device, context.strict);
  if (why !== undefined) return { state: 'Unknown', reason: why };
  const [volume] = context.volumes;
  if (volume) return { state: 'InUse', reason: `PersistentVolume ${volume.name} names it, but it is blank` };
  if (context.handed === 'bound')
    return { state: 'Ours', reason: 'was handed to SPDK, and the kernel has it now' };
  if (provenBlank(facts, device, context.strict)) return { state: 'Free' };
  const cleared = isCleared(facts, device, context);
  if (cleared === 'marked') return { state: 'Free' };
  if (cleared === 'begun' || hasBegun(facts, context)) return unfinished();
  if (context.handed === 'returned') return { state: 'Ours', reason: GIVEN_BACK };
  return { state: 'Foreign', reason: 'carries no known signature, but its blocks are not blank' };
}

const ours = ({ volumes }: StateContext): Verdict => ({
  state: volumes.some(({ phase }) => phase === 'Bound') ? 'Bound' : 'Ours',
});

const unfinished = (): Verdict => ({
  state: 'Ours',
  reason: 'set-up was interrupted here and will be done again',
  halfMade: true,
});
