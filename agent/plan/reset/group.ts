import type { Inventory, LogicalVolume, VolumeGroup } from '../../inventory/inventory.ts';
import { driveAt } from '../eligible.ts';
import { filesystemUuidOn, logicalVolumeUuid, tagOf } from '../identity.ts';
import type { Step } from '../step.ts';
import type { Holding } from './holding.ts';
import { letGoOfContent, type LetGo } from './let-go.ts';

/** Volume groups of ours; one that holds a logical volume of anyone else, such as a CSI driver, stays. */
export function groupHoldings(inventory: Inventory): Holding[] {
  return inventory.volumeGroups.flatMap((group) =>
    group.uuid === undefined ? [] : [holdingOf(inventory, group, group.uuid)],
  );
}

function holdingOf(inventory: Inventory, group: VolumeGroup, uuid: string): Holding {
  const { name: vgName, members, logicalVolumes } = group;
  const drives = members.map((path) => driveAt(inventory, path)).filter((drive) => drive !== undefined);
  const parts = logicalVolumes.map((volume) => letGoOfVolume(vgName, uuid, volume));
  const remove: Step = {
    kind: 'vg-remove',
    name: `remove volume group ${vgName}`,
    vgName,
    tag: tagOf(uuid),
    devices: drives.map(({ device }) => device),
  };
  const obstacle = parts.find((part) => part.obstacle !== undefined)?.obstacle;
  return {
    drives,
    letGo: [...parts.flatMap(({ steps }) => steps), remove],
    begins: [],
    ...(obstacle === undefined ? {} : { obstacle }),
  };
}

function letGoOfVolume(
  vgName: string,
  groupUuid: string,
  { name: lvName, tags, content }: LogicalVolume,
): LetGo {
  const uuid = logicalVolumeUuid(groupUuid, lvName);
  const shown = `${vgName}/${lvName}`;
  if (!tags.includes(tagOf(uuid))) {
    return { steps: [], obstacle: `volume group ${vgName} holds ${lvName}, which is not ours` };
  }
  if (content === undefined) {
    return {
      steps: [],
      obstacle: `logical volume ${shown} is not active, so that nobody knows what is on it`,
    };
  }
  const { steps, obstacle } = letGoOfContent(content, `/dev/${shown}`, filesystemUuidOn(uuid));
  if (obstacle !== undefined) return { steps: [], obstacle };
  const remove: Step = {
    ...{ kind: 'lv-remove', name: `remove logical volume ${shown}`, vgName, lvName, tag: tagOf(uuid) },
  };
  return { steps: [...steps, remove] };
}
