import { expect, test } from 'vitest';
import { decideProvider } from '../../../../agent/inventory/providers/auto.ts';
import { providerRole } from '../../../../agent/inventory/providers/role.ts';
import type { DriveTraits } from '../../../../agent/inventory/providers/rules.ts';
import type { CloudProvider } from '../../../../agent/inventory/inventory.ts';

const traits = (overrides: Partial<DriveTraits>): DriveTraits => ({
  kname: 'nvme1n1',
  model: '',
  vendor: '',
  serial: 'S1',
  links: [],
  labels: [],
  nsid: 1,
  nvme: true,
  transport: 'pcie',
  loopback: false,
  hctl: '',
  ...overrides,
});

const role = (provider: CloudProvider, overrides: Partial<DriveTraits>) =>
  providerRole(provider, traits(overrides));

test.each<[CloudProvider, Partial<DriveTraits>, string]>([
  ['aws', { model: 'Amazon EC2 NVMe Instance Storage' }, 'Local'],
  ['aws', { model: 'Amazon EC2 NVMe Instance Storage 2' }, 'Other'],
  ['aws', { model: 'My Amazon EC2 NVMe Instance Storage' }, 'Other'],
  ['aws', { model: 'amazon ec2 nvme instance storage' }, 'Other'],
  ['aws', { model: 'Amazon Elastic Block Store' }, 'Remote'],
  ['aws', { model: 'Amazon EC2 NVMe Instance Storage', serial: 'vol0123456789abcdef0' }, 'Remote'],
  ['aws', { model: '' }, 'Other'],
  ['gcp', { model: 'nvme_card' }, 'Local'],
  ['gcp', { model: 'nvme_card7' }, 'Local'],
  ['gcp', { model: 'nvme_card-pd' }, 'Remote'],
  ['gcp', { model: 'nvme_card', links: ['google-data-disk'] }, 'Remote'],
  ['gcp', { nvme: false, vendor: 'Google', model: 'EphemeralDisk', links: ['google-local-ssd-0'] }, 'Local'],
  ['gcp', { nvme: false, vendor: 'Google', model: 'PersistentDisk', links: ['google-boot'] }, 'Remote'],
  ['azure', { model: 'Microsoft NVMe Direct Disk' }, 'Local'],
  ['azure', { model: 'Microsoft NVMe Direct Disk v2' }, 'Local'],
  ['azure', { model: 'Microsoft NVMe Direct Disk v3' }, 'Other'],
  ['azure', { model: 'MSFT NVMe Accelerator v1.0', nsid: 2 }, 'Remote'],
  ['azure', { nvme: false, vendor: 'Msft', model: 'Virtual Disk' }, 'Remote'],
  ['azure', { nvme: false, vendor: 'Msft', model: 'Virtual Disk', labels: ['Temporary Storage'] }, 'Local'],
  ['generic', { model: 'SAMSUNG MZQL21T9HCJR-00A07' }, 'Local'],
  ['generic', { model: 'Linux', transport: 'tcp' }, 'Remote'],
  ['generic', { nvme: false, model: 'QEMU HARDDISK' }, 'Other'],
])('%s calls %o %s', (provider, overrides, expected) => {
  expect(role(provider, overrides).role).toBe(expected);
});

test.each(['aws', 'gcp', 'azure', 'generic'] as const)(
  'a remote disk of any cloud is remote under %s',
  (provider) => {
    for (const model of ['Amazon Elastic Block Store', 'nvme_card-pd', 'MSFT NVMe Accelerator v1.0']) {
      expect(role(provider, { model }).role).toBe('Remote');
    }
  },
);

test('a drive reached over a network is remote whatever its model says', () => {
  const model = 'Amazon EC2 NVMe Instance Storage';
  expect(role('aws', { model, transport: 'tcp' })).toEqual({
    role: 'Remote',
    reason: 'remote: NVMe over tcp',
  });
  expect(role('aws', { model, transport: 'tcp', loopback: true }).role).toBe('Local');
});

test('an Azure data disk is named by its LUN', () => {
  expect(role('azure', { model: 'MSFT NVMe Accelerator v1.0', nsid: 5 }).reason).toBe(
    'remote: Azure data disk LUN 3',
  );
  expect(role('azure', { model: 'MSFT NVMe Accelerator v1.0', nsid: 1 }).reason).toBe(
    'remote: Azure OS disk',
  );
});

test('SCSI local SSDs and the Azure temporary disk are taken only on request', () => {
  const ssd = role('gcp', { nvme: false, vendor: 'Google', links: ['google-local-ssd-0'] });
  const temporary = role('azure', {
    nvme: false,
    vendor: 'Msft',
    model: 'Virtual Disk',
    labels: ['Temporary Storage'],
  });
  expect([ssd.onRequest, temporary.onRequest]).toEqual([true, true]);
});

const nothing = { dmi: {}, models: [], links: [] };

test('a provider that was asked for is not questioned', () => {
  const found = decideProvider('gcp', { ...nothing, dmi: { sys_vendor: 'Amazon EC2' } });
  expect(found.provider).toBe('gcp');
});

test.each([
  [{ ...nothing, dmi: { sys_vendor: 'Amazon EC2' } }, 'aws', 'DMI sys_vendor is "Amazon EC2"'],
  [
    { ...nothing, dmi: { product_name: 'Google Compute Engine' } },
    'gcp',
    'DMI product_name is "Google Compute Engine"',
  ],
  [
    {
      ...nothing,
      dmi: { sys_vendor: 'Microsoft Corporation', chassis_asset_tag: '7783-7084-3265-9085-8269-3286-77' },
    },
    'azure',
    'DMI chassis_asset_tag is "7783-7084-3265-9085-8269-3286-77"',
  ],
  [
    { ...nothing, dmi: { sys_vendor: 'Microsoft Corporation' } },
    'generic',
    'nothing on the machine tells of a known cloud',
  ],
  [{ ...nothing, models: ['nvme_card-pd'] }, 'gcp', 'drive model is "nvme_card-pd"'],
  [{ ...nothing, links: ['google-local-nvme-ssd-0'] }, 'gcp', 'by-id link is "google-local-nvme-ssd-0"'],
  [
    { ...nothing, providerID: 'azure:///subscriptions/x' },
    'azure',
    'the Node\'s providerID is "azure:///subscriptions/x"',
  ],
  [
    { ...nothing, dmi: { sys_vendor: 'Amazon EC2' }, providerID: 'gce://p/z/n' },
    'aws',
    'DMI sys_vendor is "Amazon EC2"',
  ],
])('auto tells the provider and the fact that decided it: %o', (facts, provider, fact) => {
  expect(decideProvider('auto', facts)).toEqual({ provider, fact });
});
