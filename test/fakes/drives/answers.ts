import { formatSpdkRecord, SPDK_PATH } from '../../../agent/discover/spdk-record.ts';
import { CommandError } from '../../../agent/host/host.ts';
import { factsOf } from '../../../agent/inventory/facts.ts';
import { poolPath } from '../../../agent/inventory/hugepages.ts';
import { parseMountinfo } from '../../../agent/inventory/mountinfo.ts';
import { isSwap } from '../../../agent/inventory/use.ts';
import type { Snapshot } from '../../../api/snapshot.ts';

/** What a program that only looks prints of a device, by its kernel path. */
export function answerTo(command: readonly string[], path: string, { blkid, md }: Snapshot): string {
  const [program] = command;
  if (program === 'blkid') {
    const found = Object.entries(blkid?.[path] ?? {});
    if (found.length === 0) throw new CommandError(command, { exitCode: 2, stderr: '', timedOut: false });
    return exported(found);
  }
  if (program === 'mdadm') return exported(Object.entries(md?.[path] ?? {}));
  if (program === 'udevadm') return '';
  throw new Error(`Expected a program that the fake knows, got ${command.join(' ')}`);
}

const exported = (values: readonly [string, string][]): string =>
  values.map(([key, value]) => `${key}=${value}\n`).join('');

/** What the kernel and the machine say of themselves, by path. */
export function filesOf({
  spdk,
  machineID,
  bootID,
  hugepages = [],
}: Snapshot): Record<string, string | undefined> {
  const pages: Record<string, string> = {};
  for (const { numaNode, size, total } of hugepages)
    pages[`${poolPath(numaNode, size)}/nr_hugepages`] = `${total}\n`;
  return {
    [SPDK_PATH]: spdk && formatSpdkRecord(spdk),
    '/etc/machine-id': machineID,
    '/proc/sys/kernel/random/boot_id': bootID,
    ...pages,
  };
}

/** Whether the kernel answers EBUSY to who wants a device for himself. */
export function isUsed(snapshot: Snapshot, path: string): boolean {
  const facts = factsOf(snapshot);
  const device = [...facts.devices.values()].find((block) => block.path === path);
  const held = device?.rows.some(({ children = [] }) => children.length > 0) === true;
  const mounted = parseMountinfo(snapshot.mountinfo ?? '')?.some(({ source }) => source === path) === true;
  return held || mounted || (device !== undefined && isSwap(facts, device));
}
