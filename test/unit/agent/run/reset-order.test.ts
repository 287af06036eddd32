import { expect, test } from 'vitest';
import { withDefaults } from '../../../../api/defaults.ts';
import { takeInventory } from '../../../../agent/inventory/classify.ts';
import type { InventoryDrive } from '../../../../agent/inventory/inventory.ts';
import { orderFor } from '../../../../agent/order/order.ts';
import { planReset, type PlannedReset } from '../../../../agent/plan/reset/reset.ts';
import { obstacleTo } from '../../../../agent/run/reset/perform.ts';
import { machine } from '../../../builders/machine.ts';

const { provider, drives, layout } = withDefaults({ provider: 'aws' });
const inventory = takeInventory(machine({ drives: { nvme1n1: {} } }), {
  provider,
  drives,
  strict: true,
  volumes: [],
});
const drive = inventory.drives.find(({ path }) => path === '/dev/nvme1n1');
const reset = (found: InventoryDrive, change: Partial<PlannedReset> = {}): PlannedReset => ({
  ...planReset(inventory, { nodeUID: 'u', layout }),
  drives: [found],
  ...change,
});

test('a reset goes on only over what it was ordered for', () => {
  if (!drive) throw new Error('expected the drive');
  const order = orderFor('r1', [drive]);
  expect(obstacleTo(order, reset(drive))).toBeUndefined();
  expect(obstacleTo(order, reset({ ...drive, imprint: 'made anew meanwhile' }))).toBe(
    '/dev/nvme1n1 carries something else than when the reset was ordered',
  );
  expect(obstacleTo(order, reset({ ...drive, imprint: 'left half-way', halfMade: true }))).toBeUndefined();
  expect(obstacleTo(orderFor('r1', []), reset(drive))).toMatch(/something else/);
});

test('a reset does not go on while a PersistentVolume names one of its drives', () => {
  if (!drive) throw new Error('expected the drive');
  expect(obstacleTo(orderFor('r1', [drive]), reset(drive, { volumes: ['pv-1'] }))).toBe(
    'PersistentVolume pv-1 names a drive that is being reset',
  );
});
