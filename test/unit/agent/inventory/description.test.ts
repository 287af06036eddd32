import { expect, test } from 'vitest';
import { withDefaults } from '../../../../api/defaults.ts';
import type { NvmeIdentity, Snapshot } from '../../../../api/snapshot.ts';
import { takeInventory } from '../../../../agent/inventory/classify.ts';
import { shownDrive } from '../../../../agent/inventory/shown-drive.ts';
import { machine, type DriveOverrides } from '../../../builders/machine.ts';

/** A drive as reports and plans show it. */
function shown(drive: DriveOverrides, nvme: NvmeIdentity, more: Partial<Snapshot> = {}) {
  const made = machine({ drives: { nvme1n1: drive } });
  const snapshot = { ...made, nvme: { ...made.nvme, '/dev/nvme1n1': nvme }, ...more };
  const { drives } = withDefaults();
  const inventory = takeInventory(snapshot, { provider: 'aws', drives, strict: true, volumes: [] });
  const found = inventory.drives.find(({ path }) => path === '/dev/nvme1n1');
  return found && shownDrive(found);
}

const address = '0000:00:1f.0';
const pcie = { transport: 'pcie', address, nsid: 1 };

test('a drive is shown with all that tells it from others, and with how it is', () => {
  const smart = {
    availableSpare: 98,
    percentageUsed: 3,
    mediaErrors: 0,
    temperature: 310,
    criticalWarning: 0,
  };
  const row = { 'log-sec': 4096, rev: ' 0 ' };
  expect(shown({ row }, { ...pcie, numaNode: 1, firmware: 'x', smart })).toEqual({
    path: '/dev/nvme1n1',
    byId: '/dev/disk/by-id/nvme-Amazon_EC2_NVMe_Instance_Storage_AWSNVME1N1',
    model: 'Amazon EC2 NVMe Instance Storage',
    serial: 'AWSNVME1N1',
    size: 900 * 2 ** 30,
    sectorSize: 4096,
    numaNode: 1,
    pciAddress: address,
    firmware: '0',
    role: 'Local',
    state: 'Free',
    // A report that changed with every degree would be written all the time.
    health: { availableSpare: 98, percentageUsed: 3, mediaErrors: 0, criticalWarning: 0 },
  });
});

test('what one source does not tell is taken from another', () => {
  const pci = [{ address, class: '0x010802', driver: 'nvme', numaNode: 1 }];
  const found = shown({ row: { rev: null } }, { ...pcie, firmware: '2.0' }, { pci });
  expect(found).toMatchObject({ firmware: '2.0', numaNode: 1 });
});

test('a machine without NUMA has no node to tell, and an address that is no PCI function is not shown as one', () => {
  expect(shown({}, { ...pcie, numaNode: -1 })).not.toHaveProperty('numaNode');
  const found = shown({}, { transport: 'tcp', address: 'traddr=10.0.0.1', nsid: 1 });
  expect(found).not.toHaveProperty('pciAddress');
  expect(found?.role).toBe('Remote');
});
