import { afterEach, describe, expect, it } from 'vitest';
import { plugDrive, unplugDrive } from '../../../../lab/node/plugging.ts';
import { labMachine } from '../../../builders/lab-machine.ts';
import { temporaryFolder } from '../../../builders/temporary-folder.ts';
import { startQemuMonitor, type MonitorCommand, type QemuMonitor } from '../../../fakes/qemu-monitor.ts';

/** A machine with two drives; the one that is pulled is freed after QEMU was asked `looks` times. */
function drivesOfQemu(looks: number): (command: MonitorCommand) => unknown {
  let pulled = false;
  let left = looks;
  return ({ execute }) => {
    if (execute === 'device_del') pulled = true;
    if (execute !== 'query-block') return {};
    if (pulled) left -= 1;
    const d0 = pulled && left <= 0 ? { device: 'd0' } : { device: 'd0', qdev: 'nvme-d0' };
    return [d0, { device: 'd1', qdev: 'nvme-d1' }];
  };
}

describe('a drive of QEMU’s own', () => {
  const ctx = { signal: AbortSignal.timeout(10_000) };
  let monitor: QemuMonitor | undefined;
  afterEach(() => monitor?.close());

  it('is unplugged only when QEMU has let go of its file, so that it can be plugged in again', async () => {
    const dir = temporaryFolder();
    monitor = await startQemuMonitor(dir, drivesOfQemu(3));

    await unplugDrive(ctx, dir, labMachine(), 'd0');

    expect(monitor.commands.map(({ execute }) => execute)).toEqual([
      'device_del',
      'query-block',
      'query-block',
      'query-block',
    ]);
    expect(monitor.commands[0]?.arguments).toEqual({ id: 'nvme-d0' });
  });

  it('is plugged in where it was', async () => {
    const dir = temporaryFolder();
    monitor = await startQemuMonitor(dir, () => ({}));

    await plugDrive(dir, labMachine(), 'd1');

    expect(monitor.commands).toMatchObject([
      { execute: 'device_add', arguments: { driver: 'nvme', id: 'nvme-d1', drive: 'd1', bus: 'port-d1' } },
    ]);
  });

  it('says what QEMU refused', async () => {
    const dir = temporaryFolder();
    monitor = await startQemuMonitor(dir, () => {
      throw new Error("Device 'nvme-d0' not found");
    });

    await expect(unplugDrive(ctx, dir, labMachine(), 'd0')).rejects.toThrow(
      "QEMU refused device_del: Device 'nvme-d0' not found",
    );
  });

  it('is named when the machine has no such drive', async () => {
    await expect(unplugDrive(ctx, temporaryFolder(), labMachine(), 'd7')).rejects.toThrow(
      'node node-1 has no drive "d7"; it has d0, d1',
    );
  });
});
