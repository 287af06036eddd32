import type { LsblkDevice, Snapshot } from '../../api/snapshot.ts';
import { factsOf, mapperName } from '../../agent/inventory/facts.ts';
import { begins, ends } from '../../agent/plan/command.ts';
import { lvmNotation } from '../../agent/plan/identity.ts';
import type { Step } from '../../agent/plan/step.ts';
import { isSwapStep } from '../../agent/plan/swap-step.ts';
import { arrayValues, assemble, createArray, memberValues, stop } from './drives/arrays.ts';
import { activate, createGroup, createVolume } from './drives/groups.ts';
import { dropChild, lines, mount, resolve, write } from './drives/rows.ts';
import { applySwapStep } from './drives/swap.ts';

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

/** Only signatures go: what mkfs wrote elsewhere stays. */
function wipe(next: Snapshot, path: string): Snapshot {
  next.pvs = (next.pvs ?? []).filter(({ pv_name }) => pv_name !== path);
  // wipefs makes the kernel read the partition table anew.
  for (const row of next.lsblk.blockdevices)
    if (row.path === path) row.children = row.children?.filter(({ type }) => type !== 'part') ?? [];
  next.md = Object.fromEntries(Object.entries(next.md ?? {}).filter(([member]) => member !== path));
  return write(next, path, {}, null);
}
