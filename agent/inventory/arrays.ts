import { arrayUuid, filesystemUuidOn, plainUuid } from '../plan/identity.ts';
import type { KnownVolume } from '../plan/known-volume.ts';
import { contentOf } from './content.ts';
import type { BlockDevice } from './device-table.ts';
import type { Facts } from './facts.ts';
import type { MdArray } from './inventory.ts';
import type { MdstatArray } from './mdstat.ts';
import { present } from './present.ts';
import { signatureOf } from './signature.ts';

export interface ArrayContext {
  strict: boolean;
  machineID: string;
  volumes: readonly KnownVolume[];
  /** Identity of a whole drive, by kernel name. */
  identityOf: (kname: string) => string | undefined;
}

/** Every md array that a device carries a superblock of, or that the kernel runs. */
export function mdArrays(facts: Facts, context: ArrayContext): MdArray[] {
  const members = new Map<string, BlockDevice[]>();
  for (const device of facts.devices.values()) {
    const uuid = memberOf(facts, device);
    if (uuid !== undefined) members.set(uuid, [...(members.get(uuid) ?? []), device]);
  }
  return [...members].map(([uuid, devices]) => describe(facts, uuid, devices, context));
}

/** UUID of the array whose superblock a device carries. */
export function memberOf(facts: Facts, device: BlockDevice): string | undefined {
  const signature = signatureOf(facts, device);
  if (signature?.type !== 'linux_raid_member') return undefined;
  return plainUuid(signature.uuid) ?? plainUuid(facts.snapshot.md?.[device.path]?.MD_UUID);
}

function describe(facts: Facts, uuid: string, devices: BlockDevice[], context: ArrayContext): MdArray {
  const running = runningArray(facts, devices);
  const block = running && facts.devices.get(running.name);
  const told = tell(facts, block, devices, running?.level);
  const array = {
    uuid,
    ...told,
    members: devices.map(({ path }) => path),
    ours: isOurs(facts, uuid, told.level, devices, context),
    active: running?.active ?? false,
    ...present({
      path: block?.path ?? (running && `/dev/${running.name}`),
      content: block && contentOf(facts, block, uuid, context),
    }),
  };
  return { ...array, halfMade: isHalfMade(facts, array, context) };
}

/**
 * An array that we had begun and that does not run over all its members yet. Never one that a PersistentVolume's
 * identity follows from, or that carries anything.
 */
function isHalfMade(
  { snapshot }: Facts,
  array: Omit<MdArray, 'halfMade'>,
  { volumes }: ArrayContext,
): boolean {
  const { uuid, content, active, members, raidDevices } = array;
  if (!array.ours || snapshot.begun?.includes(uuid) !== true) return false;
  if (volumes.some(({ identity }) => identity === filesystemUuidOn(uuid))) return false;
  if (content && (content.signature || content.mountPoints.length > 0 || content.volumes.length > 0))
    return false;
  return !active || members.length !== raidDevices;
}

/** What `mdadm --detail` says of the array, else `mdadm --examine` of a member, else blkid's label. */
function tell(
  facts: Facts,
  block: BlockDevice | undefined,
  devices: readonly BlockDevice[],
  running?: string,
) {
  const paths = [...(block ? [block] : []), ...devices].map(({ path }) => path);
  const first = (key: string) =>
    paths.map((path) => facts.snapshot.md?.[path]?.[key]).find((value) => value !== undefined);
  const label = devices.map((device) => signatureOf(facts, device)?.label).find((text) => text !== undefined);
  return {
    // The superblock stores `homehost:name`.
    name: (first('MD_NAME') ?? label ?? '').replace(/^.*:/, ''),
    level: first('MD_LEVEL') ?? running ?? block?.type ?? '',
    raidDevices: Number(first('MD_DEVICES') ?? 0) || 0,
  };
}

/** The kernel's own array over any of these members, from mdstat or, in a file without it, from lsblk's tree. */
function runningArray(facts: Facts, devices: readonly BlockDevice[]): MdstatArray | undefined {
  const names = new Set(devices.map(({ kname }) => kname));
  const listed = facts.mdstat.find(({ members }) => members.some((member) => names.has(member)));
  if (listed) return listed;
  const [child] = devices.flatMap(({ children }) => [...children]).filter((kname) => /^md[_\d]/.test(kname));
  return child === undefined ? undefined : { name: child, active: true, members: [...names] };
}

/**
 * Ours is a UUID: derived from this machine, the level and exactly these whole drives; or begun by us; or one from
 * which the identity of a PersistentVolume follows, when a member is missing.
 */
function isOurs(
  facts: Facts,
  uuid: string,
  level: string,
  devices: readonly BlockDevice[],
  { machineID, volumes, identityOf }: ArrayContext,
): boolean {
  const identities = devices
    .map(({ kname }) => identityOf(kname))
    .filter((identity) => identity !== undefined);
  if (identities.length < devices.length) return false;
  if (arrayUuid(machineID, level, identities) === uuid) return true;
  if (facts.snapshot.begun?.includes(uuid)) return true;
  return volumes.some(({ identity }) => identity === filesystemUuidOn(uuid));
}
