import { expect, test } from 'vitest';
import { withDefaults } from '../../../../api/defaults.ts';
import { takeInventory } from '../../../../agent/inventory/classify.ts';
import { planSetup } from '../../../../agent/plan/plan.ts';
import { fixture, fixtureNames } from '../../../builders/snapshot-fixture.ts';

interface Expected {
  provider: string;
  /** Role, state and the beginning of the reason of each drive. */
  drives: Record<string, string>;
  /** Candidates of a Filesystem layout. */
  candidates: string[];
  standDown?: RegExp;
}

const ROOT = 'Root InUse root disk';
const EBS = 'Remote Unknown remote: Amazon EBS volume';
const FREE = 'Local Free';

const MACHINES: Record<string, Expected> = {
  'aws-c6id.32xlarge-nodeadm': {
    provider: 'aws',
    drives: {
      '/dev/nvme0n1': ROOT,
      '/dev/nvme1n1': 'Local InUse member of md array kubernetes',
      '/dev/nvme2n1': 'Local InUse member of md array kubernetes',
      '/dev/nvme3n1': 'Local InUse member of md array kubernetes',
      '/dev/nvme4n1': 'Local InUse member of md array kubernetes',
    },
    candidates: [],
    standDown: /nodeadm/,
  },
  'aws-i3.2xlarge-lsblk-only': {
    provider: 'aws',
    drives: { '/dev/nvme0n1': FREE, '/dev/xvda': ROOT },
    candidates: ['/dev/nvme0n1'],
  },
  'aws-i3en.6xlarge': {
    provider: 'aws',
    drives: { '/dev/nvme0n1': ROOT, '/dev/nvme1n1': FREE, '/dev/nvme2n1': FREE },
    candidates: ['/dev/nvme1n1', '/dev/nvme2n1'],
  },
  'aws-i4i.2xlarge-bottlerocket': {
    provider: 'aws',
    drives: {
      '/dev/nvme0n1': ROOT,
      '/dev/nvme1n1': 'Remote InUse remote: Amazon EBS volume; mounted on /local in the host',
      '/dev/nvme2n1': FREE,
    },
    candidates: ['/dev/nvme2n1'],
  },
  'aws-i4i.xlarge': {
    provider: 'aws',
    drives: { '/dev/nvme0n1': FREE, '/dev/nvme1n1': ROOT },
    candidates: ['/dev/nvme0n1'],
  },
  'aws-m6id.8xlarge': {
    provider: 'aws',
    drives: {
      '/dev/nvme0n1': ROOT,
      '/dev/nvme1n1': FREE,
      '/dev/nvme2n1': 'Remote InUse remote: Amazon EBS volume; mounted on',
      '/dev/nvme3n1': EBS,
    },
    candidates: ['/dev/nvme1n1'],
  },
  'aws-r6gd.4xlarge-materialize': {
    provider: 'aws',
    drives: { '/dev/nvme0n1': ROOT, '/dev/nvme1n1': 'Local Foreign member of VG instance-store-vg' },
    candidates: [],
  },
  'azure-Standard_D16ads_v6': {
    provider: 'azure',
    drives: {
      '/dev/nvme0n1': ROOT,
      '/dev/nvme0n2': 'Remote Unknown remote: Azure data disk LUN 3',
      '/dev/nvme1n1': FREE,
      '/dev/nvme2n1': FREE,
    },
    candidates: ['/dev/nvme1n1', '/dev/nvme2n1'],
  },
  'azure-Standard_L8s_v3': {
    provider: 'azure',
    drives: { '/dev/nvme0n1': FREE, '/dev/sda': ROOT, '/dev/sdb': 'Local InUse mounted on /mnt in the host' },
    candidates: ['/dev/nvme0n1'],
  },
  'gcp-c3-standard-8-lssd': {
    provider: 'gcp',
    drives: {
      '/dev/nvme0n1': ROOT,
      '/dev/nvme0n2': 'Remote Unknown remote: Google persistent disk',
      '/dev/nvme1n1': FREE,
      '/dev/nvme2n1': FREE,
    },
    candidates: ['/dev/nvme1n1', '/dev/nvme2n1'],
  },
  'gcp-n2-highmem-16-swap': {
    provider: 'gcp',
    drives: { '/dev/nvme0n1': 'Local InUse swap', '/dev/nvme0n2': 'Local InUse swap', '/dev/sda': ROOT },
    candidates: [],
  },
  'gcp-n2-standard-8-local-ssd': {
    provider: 'gcp',
    drives: { '/dev/nvme0n1': FREE, '/dev/nvme0n2': FREE, '/dev/sda': ROOT },
    candidates: ['/dev/nvme0n1', '/dev/nvme0n2'],
  },
  'lab-aws': {
    provider: 'aws',
    drives: {
      '/dev/nvme0n1': ROOT,
      '/dev/nvme1n1': FREE,
      '/dev/nvme2n1': FREE,
      '/dev/nvme3n1': EBS,
      '/dev/vda':
        'Other InUse this disk is not a local drive of aws; mounted on /var/lib/lab/drives in the host',
    },
    candidates: ['/dev/nvme1n1', '/dev/nvme2n1'],
  },
  'metal-4-nvme-numa': {
    provider: 'generic',
    drives: {
      '/dev/nvme0n1': FREE,
      '/dev/nvme1n1': FREE,
      '/dev/nvme2n1': 'Local InUse mounted on /data in the host',
      '/dev/nvme3n1': 'Local Foreign member of VG data',
      '/dev/sda': ROOT,
      '/dev/sdb': ROOT,
      '0000:b1:05.0': 'Other InUse NVMe controller bound to vfio-pci',
    },
    candidates: ['/dev/nvme0n1', '/dev/nvme1n1'],
  },
};

async function planOf(name: string, strict: boolean) {
  const { snapshot } = await fixture(name);
  const spec = withDefaults();
  const inventory = takeInventory(snapshot, { provider: 'auto', drives: spec.drives, strict, volumes: [] });
  return { inventory, planned: planSetup(inventory, { spec, nodeUID: 'uid' }) };
}

test('every recorded or made machine has its expectation here', async () => {
  expect(await fixtureNames()).toEqual(Object.keys(MACHINES).sort());
});

test.each(Object.keys(MACHINES))('%s says whether it was recorded or made', async (name) => {
  expect(['recorded', 'made']).toContain((await fixture(name)).origin);
});

test.each(Object.entries(MACHINES))(
  '%s is understood without being told the cloud',
  async (name, expected) => {
    const { inventory, planned } = await planOf(name, false);
    const found = Object.fromEntries(
      inventory.drives.map(({ path, role, state, reason }) => [path, [role, state, reason].join(' ').trim()]),
    );
    expect(Object.keys(found).sort()).toEqual(Object.keys(expected.drives).sort());
    for (const [path, text] of Object.entries(expected.drives))
      expect(found[path]?.slice(0, text.length)).toBe(text);
    expect(inventory.provider).toBe(expected.provider);
    expect(planned.plan.candidates).toEqual(expected.candidates);
    if (expected.standDown) expect(planned.standDown).toMatch(expected.standDown);
    else expect(planned.standDown).toBeUndefined();
  },
);

test.each(Object.keys(MACHINES).filter((name) => !name.endsWith('lsblk-only')))(
  '%s was read completely enough for live set-up',
  async (name) => {
    const [live, file] = [await planOf(name, true), await planOf(name, false)];
    expect(live.planned.plan).toEqual(file.planned.plan);
  },
);

test('a snapshot of lsblk alone is not enough for live set-up', async () => {
  const { planned } = await planOf('aws-i3.2xlarge-lsblk-only', true);
  expect(planned.steps).toEqual([]);
  expect(planned.plan.refusals).toEqual([{ path: '/dev/nvme0n1', reason: 'mountinfo was not read' }]);
});
