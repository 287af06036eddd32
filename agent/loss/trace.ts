import type { Inventory, MdArray, VolumeGroup } from '../inventory/inventory.ts';
import { uuidInTags } from '../inventory/volume-groups.ts';
import { filesystemUuidOn } from '../plan/identity.ts';
import { MOST_SLICES, sliceFilesystemUuid } from '../plan/slices.ts';

/**
 * What the drives still show of a filesystem: `whole` when it is there, or can be once something is assembled; `broken`
 * when a part of what it lies on is gone for good, if all drives are here; undefined when there is nothing of it.
 */
export type Trace = 'whole' | 'broken' | undefined;

/** Looks for a filesystem's UUID on everything that was read. */
export function traceOf({ drives, arrays, volumeGroups }: Inventory, uuid: string): Trace {
  const traces = [
    ...drives.map(({ signature }): Trace => (signature?.uuid === uuid ? 'whole' : undefined)),
    ...arrays.map((array) => traceInArray(array, uuid)),
    ...volumeGroups.map((group) => traceInGroup(group, uuid)),
  ];
  return traces.includes('whole') ? 'whole' : traces.find((trace) => trace !== undefined);
}

/** RAID 0 needs every member; whether a RAID 10 can do without, only the running array knows. */
function traceInArray(array: MdArray, uuid: string): Trace {
  const { uuid: arrayUuid, content, level, members, raidDevices } = array;
  const incomplete = level === 'raid0' && members.length < raidDevices;
  const carried = content?.signature?.uuid === uuid || filesystemUuidOn(arrayUuid) === uuid;
  if (!carried) return undefined;
  return incomplete ? 'broken' : 'whole';
}

/** Slices are striped over all drives of their group. */
function traceInGroup({ tags, members, logicalVolumes }: VolumeGroup, uuid: string): Trace {
  const incomplete = members.some((path) => !path.startsWith('/'));
  const found = logicalVolumes.find(({ tags: own, content }) => {
    const derived = uuidInTags(own);
    return content?.signature?.uuid === uuid || (derived !== undefined && filesystemUuidOn(derived) === uuid);
  });
  if (found !== undefined) return incomplete ? 'broken' : 'whole';
  const groupUuid = uuidInTags(tags);
  if (!incomplete || groupUuid === undefined) return undefined;
  const slices = Array.from({ length: MOST_SLICES }, (_, index) => sliceFilesystemUuid(groupUuid, index));
  return slices.includes(uuid) ? 'broken' : undefined;
}
