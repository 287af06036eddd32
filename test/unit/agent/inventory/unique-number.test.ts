import { expect, test } from 'vitest';
import type { NvmeIdentity } from '../../../../api/snapshot.ts';
import { factsOf } from '../../../../agent/inventory/facts.ts';
import type { CloudProvider } from '../../../../agent/inventory/inventory.ts';
import { readSnapshot } from '../../../../agent/inventory/parse-snapshot.ts';
import { hasUniqueNumber } from '../../../../agent/inventory/unique-number.ts';
import { machine, type DriveOverrides } from '../../../builders/machine.ts';

function isUnique(
  drives: Record<string, DriveOverrides>,
  cloud: CloudProvider = 'generic',
  numbers: NvmeIdentity = {},
): boolean {
  const facts = factsOf(readSnapshot(machine({ drives, snapshot: { nvme: { '/dev/nvme1n1': numbers } } })));
  const device = facts.devices.get('nvme1n1');
  return device !== undefined && hasUniqueNumber(facts, device, cloud);
}

const short = { nvme1n1: { serial: 'nvme_card' } };

test('an EUI-64 or NGUID counts when its maker was assigned it', () => {
  expect(isUnique(short, 'gcp', { eui64: '00 25 38 5b 71 b0 0a 1f' })).toBe(true);
  expect(isUnique(short, 'gcp', { nguid: '36344730-5270-7501-0025-385800000001' })).toBe(true);
});

test('a number that a hypervisor counts up is no proof', () => {
  expect(isUnique(short, 'gcp', { eui64: '52 54 00 00 00 00 00 01' })).toBe(false);
  expect(isUnique(short, 'gcp', { nguid: '00000000-0000-0000-5254-000000000001' })).toBe(false);
});

test('a serial number counts where drives have one each', () => {
  const long = { nvme1n1: { serial: 'AWS3CEF3078A8D77867C' } };
  expect(isUnique(long, 'aws')).toBe(true);
  expect(isUnique(long, 'gcp')).toBe(false);
  expect(isUnique(long, 'azure')).toBe(false);
  expect(isUnique({ ...long, nvme2n1: { serial: 'AWS3CEF3078A8D77867C' } }, 'aws')).toBe(false);
  expect(isUnique(short)).toBe(false);
});
