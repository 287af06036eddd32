import { tagOf, volumeGroupUuid } from '../plan/identity.ts';
import type { ArrayContext } from './arrays.ts';
import { contentOf } from './content.ts';
import { withAncestors, type BlockDevice } from './device-table.ts';
import { deviceAt, mapperName, type Facts } from './facts.ts';
import type { LogicalVolume, VolumeGroup } from './inventory.ts';

/** Every volume group that LVM reports; in a file without LVM's reports, those that lsblk's tree shows. */
export function volumeGroups(facts: Facts, context: ArrayContext): VolumeGroup[] {
  const { pvs, vgs } = facts.snapshot;
  const reported = [...(vgs ?? []), ...(pvs ?? [])].map(({ vg_name }) => vg_name ?? '');
  const names = new Set(reported.filter((name) => name !== ''));
  for (const device of facts.devices.values()) {
    const shown = device.type === 'lvm' ? groupOf(device) : undefined;
    if (shown !== undefined && pvs === undefined) names.add(shown);
  }
  return [...names].sort().map((name) => describe(facts, name, context));
}

function describe(facts: Facts, name: string, context: ArrayContext): VolumeGroup {
  const row = facts.snapshot.vgs?.find(({ vg_name }) => vg_name === name);
  const members = membersOf(facts, name);
  const tags = split(row?.vg_tags);
  const identities = members.map((path) => context.identityOf(deviceAt(facts, path)?.kname ?? ''));
  const known = identities.filter((identity) => identity !== undefined);
  const uuid = volumeGroupUuid(context.machineID, name, known);
  const ours = known.length === members.length && members.length > 0 && tags.includes(tagOf(uuid));
  return {
    name,
    tags,
    members,
    ours,
    extentCount: Number(row?.vg_extent_count ?? 0) || 0,
    logicalVolumes: logicalVolumes(facts, name, context),
    ...(ours ? { uuid } : {}),
  };
}

/** Kernel paths of physical volumes; LVM's own word (`[unknown]`) for one that it does not find. */
function membersOf(facts: Facts, name: string): string[] {
  const { pvs } = facts.snapshot;
  if (pvs) {
    const own = pvs.filter(({ vg_name }) => vg_name === name).map(({ pv_name }) => pv_name ?? '[unknown]');
    return own.map((path) => deviceAt(facts, path)?.path ?? path).sort();
  }
  const volumes = [...facts.devices.values()].filter(({ type }) => type === 'lvm');
  const below = volumes
    .filter((device) => groupOf(device) === name)
    .flatMap((device) => withAncestors(facts.devices, device).filter(({ type }) => type !== 'lvm'))
    .filter(({ children }) => [...children].some((child) => volumes.some(({ kname }) => kname === child)));
  return [...new Set(below.map(({ path }) => path))].sort();
}

function logicalVolumes(facts: Facts, vgName: string, context: ArrayContext): LogicalVolume[] {
  const rows = (facts.snapshot.lvs ?? []).filter(({ vg_name }) => vg_name === vgName);
  return rows.map(({ lv_name = '', lv_tags, lv_attr, lv_active }) => {
    const mapped = mapperName(vgName, lv_name);
    const block = [...facts.devices.values()].find(({ rows: own }) =>
      own.some(({ name }) => name === mapped),
    );
    const tags = split(lv_tags);
    return {
      name: lv_name,
      tags,
      // The fifth attribute is the state, `a` when active (lvs(8)).
      active: lv_active === 'active' || lv_attr?.charAt(4) === 'a' || block !== undefined,
      ...(block ? { content: contentOf(facts, block, uuidInTags(tags), context) } : {}),
    };
  });
}

/** The UUID in a tag of ours, if there is one. */
export function uuidInTags(tags: readonly string[]): string | undefined {
  const prefix = tagOf('');
  return tags.find((tag) => tag.startsWith(prefix))?.slice(prefix.length);
}

/** Group part of a device-mapper name: up to the first hyphen that is not doubled. */
function groupOf({ rows }: BlockDevice): string | undefined {
  const name = rows[0]?.name ?? '';
  const match = /^((?:[^-]|--)+)-(?!-)/.exec(name);
  return match?.[1]?.replaceAll('--', '-');
}

const split = (list: string | undefined): string[] => (list ?? '').split(',').filter((item) => item !== '');
