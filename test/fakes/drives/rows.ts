import type { LsblkDevice, Snapshot } from '../../../api/snapshot.ts';
import { factsOf, mapperName } from '../../../agent/inventory/facts.ts';

/** A device lies on these drives, by kernel name. */
export function addChild(next: Snapshot, parents: readonly string[], child: LsblkDevice): void {
  for (const row of next.lsblk.blockdevices) {
    const others = (row.children ?? []).filter(({ kname }) => kname !== child.kname);
    if (parents.includes(row.name)) row.children = [...others, child];
  }
}

/** What lies on drives is gone. */
export function dropChild(next: Snapshot, name: string): Snapshot {
  for (const row of next.lsblk.blockdevices)
    row.children = row.children?.filter((child) => child.name !== name) ?? [];
  return next;
}

/** A filesystem is mounted in the host. */
export function mount(next: Snapshot, path: string, point: string): Snapshot {
  const device = [...factsOf(next).devices.values()].find((block) => block.path === path);
  const numbers = device?.rows[0]?.['maj:min'] ?? '0:0';
  const line = `99 1 ${numbers} / ${point} rw,noatime - ext4 ${path} rw`;
  next.mountinfo = [...lines(next.mountinfo), line].join('\n');
  return next;
}

/** A constant of null stands for content that is not blank. */
export function write(
  next: Snapshot,
  path: string,
  blkid: Record<string, string>,
  constant: number | null,
): Snapshot {
  next.blkid = { ...next.blkid, [path]: blkid };
  next.samples = { ...next.samples, [path]: { constant } };
  return next;
}

/** The kernel path of a device, whatever it is called by. */
export function resolve(next: Snapshot, device: string): string {
  const link = /^\/dev\/disk\/by-id\/(.+)$/.exec(device)?.[1];
  if (link !== undefined) return next.byId?.[link] ?? device;
  if (device.startsWith('/dev/md/')) return '/dev/md127';
  const volume = next.lvs?.find(
    ({ vg_name, lv_name }) => device === `/dev/${vg_name ?? ''}/${lv_name ?? ''}`,
  );
  return volume ? `/dev/mapper/${mapperName(volume.vg_name, volume.lv_name)}` : device;
}

export const lines = (text: string | undefined): string[] =>
  (text ?? '').split('\n').filter((line) => line !== '');
