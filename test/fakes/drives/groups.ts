import type { Snapshot } from '../../../api/snapshot.ts';
import { mapperName } from '../../../agent/inventory/facts.ts';
import { EXTENT_BYTES } from '../../../agent/plan/extents.ts';
import type { LvCreateStep, VgCreateStep } from '../../../agent/plan/step.ts';
import { addChild, resolve, write } from './rows.ts';

export function createGroup(next: Snapshot, { vgName, tag, devices }: VgCreateStep): Snapshot {
  const members = devices.map((device) => resolve(next, device));
  next.vgs = [...(next.vgs ?? []), { vg_name: vgName, vg_tags: tag, vg_extent_count: '1000' }];
  next.pvs =
    next.pvs?.map((row) => (members.includes(row.pv_name ?? '') ? { ...row, vg_name: vgName } : row)) ?? [];
  return next;
}

export function createVolume(next: Snapshot, { vgName, lvName, tag, extents }: LvCreateStep): Snapshot {
  const lvs = { vg_name: vgName, lv_name: lvName, lv_tags: tag, lv_size: String(extents * EXTENT_BYTES) };
  next.lvs = [...(next.lvs ?? []), { ...lvs, lv_attr: '-wi-a-----' }];
  activate(next, vgName);
  return write(next, `/dev/mapper/${mapperName(vgName, lvName)}`, {}, 0);
}

export function activate(next: Snapshot, vgName: string): Snapshot {
  const own = (next.pvs ?? [])
    .filter(({ vg_name }) => vg_name === vgName)
    .map(({ pv_name }) => pv_name ?? '');
  (next.lvs ?? []).forEach((row, index) => {
    row.lv_attr = '-wi-a-----';
    const name = mapperName(row.vg_name, row.lv_name);
    const numbers = { kname: `dm-${index}`, 'maj:min': `252:${index}`, size: Number(row.lv_size) };
    const device = { name, path: `/dev/mapper/${name}`, type: 'lvm', ...numbers };
    addChild(
      next,
      own.map((path) => path.slice('/dev/'.length)),
      device,
    );
  });
  return next;
}
