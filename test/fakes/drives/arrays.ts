import type { Snapshot } from '../../../api/snapshot.ts';
import { factsOf } from '../../../agent/inventory/facts.ts';
import { mdNotation } from '../../../agent/plan/identity.ts';
import type { MdAssembleStep, MdCreateStep } from '../../../agent/plan/step.ts';
import { addChild, dropChild, resolve, write } from './rows.ts';

export function createArray(next: Snapshot, step: MdCreateStep): Snapshot {
  for (const device of step.devices) write(next, resolve(next, device), memberValues(step), null);
  run(next, step.devices, arrayValues(step));
  return write(next, '/dev/md127', {}, 0);
}

export function assemble(next: Snapshot, step: MdAssembleStep): Snapshot {
  const [first = ''] = step.devices;
  run(next, step.devices, next.md?.[resolve(next, first)] ?? {});
  return next;
}

export const memberValues = ({ uuid, arrayName }: MdCreateStep) => ({
  TYPE: 'linux_raid_member',
  UUID: uuid,
  LABEL: `any:${arrayName}`,
});

export const arrayValues = ({ uuid, level, devices, arrayName }: MdCreateStep) => ({
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
export function stop(next: Snapshot, device: string): Snapshot {
  const described = next.md?.[device];
  const members = factsOf(next).mdstat.flatMap((array) => array.members);
  for (const member of members) if (described) next.md = { ...next.md, [`/dev/${member}`]: described };
  next.mdstat = '';
  return dropChild(next, device.slice('/dev/'.length));
}
