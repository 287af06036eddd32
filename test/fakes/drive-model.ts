import type { LsblkDevice, Snapshot } from '../../api/snapshot.ts';
import { factsOf, mapperName } from '../../agent/inventory/facts.ts';
import { EXTENT_BYTES } from '../../agent/plan/extents.ts';
import { lvmNotation, mdNotation } from '../../agent/plan/identity.ts';
import { begins, ends } from '../../agent/plan/command.ts';
import type {
  LvCreateStep,
  MdAssembleStep,
  MdCreateStep,
  Step,
  VgCreateStep,
} from '../../agent/plan/step.ts';
import { isSwapStep, type SwapStep } from '../../agent/plan/swap-step.ts';

/**
 * What a machine looks like after steps were carried out, in the terms of a snapshot: the model against which the
 * planner is checked. It follows what the programs leave on real drives, not what the planner expects.
 */
export function applied(snapshot: Snapshot, steps: readonly Step[]): Snapshot {
  return steps.reduce(
    (before, step) =>
      isSwapStep(step) ? applySwapStep(structuredClone(before), step) : applyStep(before, step),
    structuredClone(snapshot),
  );
}

/** The same when the machine dies in the middle of the last of these steps. */
export function interrupted(snapshot: Snapshot, steps: readonly Step[]): Snapshot {
  const before = applied(snapshot, steps.slice(0, -1));
  const last = steps.at(-1);
  if (!last) return before;
  const over = new Set(steps.slice(0, -1).flatMap(ends));
  const begun = [
    ...steps
      .slice(0, -1)
      .flatMap(begins)
      .filter((uuid) => !over.has(uuid)),
    ...begins(last),
  ];
  return { ...half(before, last), begun: [...new Set(begun)] };
}

/** The machine after a reboot: nothing mounted; arrays assembled by udev or not; groups not activated. */
export function rebooted(snapshot: Snapshot, { assembled }: { assembled: boolean }): Snapshot {
  const next = structuredClone(snapshot);
  next.mountinfo = lines(next.mountinfo)
    .filter((line) => !line.includes(' /pv-disks/'))
    .join('\n');
  next.files = {};
  next.swaps = 'Filename Type Size Used Priority\n';
  next.sysctls = { swappiness: '60' };
  if (next.kubelet) delete next.kubelet.sawSwap;
  for (const [path, names] of Object.entries(next.holders ?? {})) {
    next.holders = { ...next.holders, [path]: names.filter((name) => !name.startsWith('dm-')) };
  }
  const drop = (row: LsblkDevice): LsblkDevice => ({
    ...row,
    children: (row.children ?? []).filter(
      ({ type }) => type === 'part' || (assembled && type?.startsWith('raid')),
    ),
  });
  next.lsblk.blockdevices = next.lsblk.blockdevices.map(drop);
  if (assembled) return next;
  const facts = factsOf(snapshot);
  for (const { name, members } of facts.mdstat) {
    const described = next.md?.[`/dev/${name}`];
    // Without a running array only the members' superblocks tell of it.
    for (const member of members) if (described) next.md = { ...next.md, [`/dev/${member}`]: described };
  }
  next.mdstat = '';
  return next;
}

function half(snapshot: Snapshot, step: Step): Snapshot {
  const next = structuredClone(snapshot);
  switch (step.kind) {
    case 'mkfs':
    case 'mark-swap':
      return write(next, resolve(next, step.device), {}, null);
    case 'mkswap':
      return step.mappingOf === undefined ? write(next, resolve(next, step.device), {}, null) : next;
    case 'md-create': {
      const [first] = step.devices;
      if (first === undefined) return next;
      next.md = { ...next.md, [resolve(next, first)]: arrayValues(step) };
      return write(next, resolve(next, first), memberValues(step), null);
    }
    default:
      return next;
  }
}

function applyStep(snapshot: Snapshot, step: Step): Snapshot {
  const next = structuredClone(snapshot);
  switch (step.kind) {
    case 'mkfs':
      return write(next, resolve(next, step.device), { TYPE: step.fsType, UUID: step.uuid }, null);
    case 'wipe-signatures':
      return wipe(next, resolve(next, step.device));
    case 'make-raw':
      return write(next, resolve(next, step.device), {}, 0);
    case 'unmount':
      next.mountinfo = lines(next.mountinfo)
        .filter((line) => !line.includes(` ${step.path} `))
        .join('\n');
      return next;
    case 'lv-remove':
      next.lvs = (next.lvs ?? []).filter((row) => row.vg_name !== step.vgName || row.lv_name !== step.lvName);
      return dropChild(next, mapperName(step.vgName, step.lvName));
    case 'vg-remove':
      next.vgs = (next.vgs ?? []).filter(({ vg_name }) => vg_name !== step.vgName);
      next.pvs = (next.pvs ?? []).map((row) => (row.vg_name === step.vgName ? { ...row, vg_name: '' } : row));
      return next;
    case 'mount':
      return mount(next, resolve(next, step.device), step.path);
    case 'make-data-directory':
      next.files = { ...next.files, [`${step.mountPath}/data`]: true };
      return next;
    case 'pv-create': {
      const path = resolve(next, step.device);
      next.pvs = [...(next.pvs ?? []), { pv_name: path, vg_name: '' }];
      return write(next, path, { TYPE: 'LVM2_member', UUID: lvmNotation(step.uuid) }, null);
    }
    case 'vg-create':
      return createGroup(next, step);
    case 'lv-create':
      return createVolume(next, step);
    case 'vg-activate':
      return activate(next, step.vgName);
    case 'md-create':
      return createArray(next, step);
    case 'md-assemble':
      return assemble(next, step);
    case 'md-stop':
      return stop(next, step.device);
    default:
      throw new Error(`Expected no step of SPDK here, got ${step.name}: see pci-model.ts`);
  }
}

function applySwapStep(next: Snapshot, step: SwapStep): Snapshot {
  switch (step.kind) {
    case 'mark-swap':
    case 'mkswap':
      return write(next, resolve(next, step.device), { TYPE: 'swap', UUID: step.uuid }, null);
    case 'crypt-open': {
      const drive = resolve(next, step.device);
      const kname = `dm-${drive.replaceAll(/\D/g, '')}`;
      const path = `/dev/mapper/${step.mapping}`;
      next.holders = { ...next.holders, [drive]: [kname] };
      const row = {
        name: step.mapping,
        kname,
        path,
        type: 'crypt',
        'maj:min': `253:${kname.slice(3)}`,
        size: 1,
      };
      addChild(next, [drive.slice('/dev/'.length)], row);
      return write(next, path, {}, null);
    }
    case 'swapon':
      next.swaps = `${next.swaps ?? ''}${resolve(next, step.device)} partition 1 0 10\n`;
      if (next.kubelet) next.kubelet.sawSwap = false;
      return next;
    case 'swapoff': {
      const path = resolve(next, step.device);
      next.swaps = (next.swaps ?? '').replace(new RegExp(`^${path} .*\n`, 'm'), '');
      return next;
    }
    case 'crypt-close': {
      const drive = resolve(next, step.device);
      next.holders = { ...next.holders, [drive]: [] };
      return dropChild(next, step.mapping);
    }
    case 'restore-kubelet':
      delete next.kubeletChange;
      return next;
    case 'configure-kubelet': {
      const said = { path: step.path, failSwapOn: false, swapBehavior: 'LimitedSwap', read: true };
      const { sawSwap: _, ...kubelet } = next.kubelet ?? { unit: step.unit, pid: 1 };
      next.kubelet = { ...kubelet, files: [said] };
      return next;
    }
    case 'restart-kubelet':
      if (next.kubelet) next.kubelet.sawSwap = true;
      return next;
    case 'set-sysctl':
      next.sysctls = { ...next.sysctls, [step.sysctl]: step.value };
      return next;
  }
}

function createArray(next: Snapshot, step: MdCreateStep): Snapshot {
  for (const device of step.devices) write(next, resolve(next, device), memberValues(step), null);
  run(next, step.devices, arrayValues(step));
  return write(next, '/dev/md127', {}, 0);
}

function assemble(next: Snapshot, step: MdAssembleStep): Snapshot {
  const [first = ''] = step.devices;
  run(next, step.devices, next.md?.[resolve(next, first)] ?? {});
  return next;
}

const memberValues = ({ uuid, arrayName }: MdCreateStep) => ({
  TYPE: 'linux_raid_member',
  UUID: uuid,
  LABEL: `any:${arrayName}`,
});

const arrayValues = ({ uuid, level, devices, arrayName }: MdCreateStep) => ({
  MD_UUID: mdNotation(uuid),
  MD_LEVEL: `raid${level}`,
  MD_DEVICES: String(devices.length),
  MD_NAME: `any:${arrayName}`,
});

function run(next: Snapshot, devices: readonly string[], values: Record<string, string>): void {
  const members = devices.map((device) => resolve(next, device).slice('/dev/'.length));
  next.md = { ...next.md, '/dev/md127': values };
  const slots = members.map((name, index) => `${name}[${index}]`).join(' ');
  next.mdstat = `md127 : active ${values.MD_LEVEL ?? ''} ${slots}\n`;
  const child = {
    name: 'md127',
    kname: 'md127',
    path: '/dev/md127',
    type: values.MD_LEVEL ?? 'md',
    size: 2 ** 40,
  };
  addChild(next, members, { ...child, 'maj:min': '9:127' });
}

/** Without a running array only the members' superblocks tell of it. */
function stop(next: Snapshot, device: string): Snapshot {
  const described = next.md?.[device];
  const members = factsOf(next).mdstat.flatMap((array) => array.members);
  for (const member of members) if (described) next.md = { ...next.md, [`/dev/${member}`]: described };
  next.mdstat = '';
  return dropChild(next, device.slice('/dev/'.length));
}

/** Only signatures go: what mkfs wrote elsewhere stays. */
function wipe(next: Snapshot, path: string): Snapshot {
  next.pvs = (next.pvs ?? []).filter(({ pv_name }) => pv_name !== path);
  // wipefs makes the kernel read the partition table anew.
  for (const row of next.lsblk.blockdevices)
    if (row.path === path) row.children = row.children?.filter(({ type }) => type !== 'part') ?? [];
  next.md = Object.fromEntries(Object.entries(next.md ?? {}).filter(([member]) => member !== path));
  return write(next, path, {}, null);
}

function dropChild(next: Snapshot, name: string): Snapshot {
  for (const row of next.lsblk.blockdevices)
    row.children = row.children?.filter((child) => child.name !== name) ?? [];
  return next;
}

function createGroup(next: Snapshot, { vgName, tag, devices }: VgCreateStep): Snapshot {
  const members = devices.map((device) => resolve(next, device));
  next.vgs = [...(next.vgs ?? []), { vg_name: vgName, vg_tags: tag, vg_extent_count: '1000' }];
  next.pvs =
    next.pvs?.map((row) => (members.includes(row.pv_name ?? '') ? { ...row, vg_name: vgName } : row)) ?? [];
  return next;
}

function createVolume(next: Snapshot, { vgName, lvName, tag, extents }: LvCreateStep): Snapshot {
  const lvs = { vg_name: vgName, lv_name: lvName, lv_tags: tag, lv_size: String(extents * EXTENT_BYTES) };
  next.lvs = [...(next.lvs ?? []), { ...lvs, lv_attr: '-wi-a-----' }];
  activate(next, vgName);
  return write(next, `/dev/mapper/${mapperName(vgName, lvName)}`, {}, 0);
}

function activate(next: Snapshot, vgName: string): Snapshot {
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

function addChild(next: Snapshot, parents: readonly string[], child: LsblkDevice): void {
  for (const row of next.lsblk.blockdevices) {
    const others = (row.children ?? []).filter(({ kname }) => kname !== child.kname);
    if (parents.includes(row.name)) row.children = [...others, child];
  }
}

function mount(next: Snapshot, path: string, point: string): Snapshot {
  const device = [...factsOf(next).devices.values()].find((block) => block.path === path);
  const numbers = device?.rows[0]?.['maj:min'] ?? '0:0';
  const line = `99 1 ${numbers} / ${point} rw,noatime - ext4 ${path} rw`;
  next.mountinfo = [...lines(next.mountinfo), line].join('\n');
  return next;
}

/** A constant of null stands for content that is not blank. */
function write(
  next: Snapshot,
  path: string,
  blkid: Record<string, string>,
  constant: number | null,
): Snapshot {
  next.blkid = { ...next.blkid, [path]: blkid };
  next.samples = { ...next.samples, [path]: { constant } };
  return next;
}

function resolve(next: Snapshot, device: string): string {
  const link = /^\/dev\/disk\/by-id\/(.+)$/.exec(device)?.[1];
  if (link !== undefined) return next.byId?.[link] ?? device;
  if (device.startsWith('/dev/md/')) return '/dev/md127';
  const volume = next.lvs?.find(
    ({ vg_name, lv_name }) => device === `/dev/${vg_name ?? ''}/${lv_name ?? ''}`,
  );
  return volume ? `/dev/mapper/${mapperName(volume.vg_name, volume.lv_name)}` : device;
}

const lines = (text: string | undefined): string[] => (text ?? '').split('\n').filter((line) => line !== '');
