import { expect, test } from 'vitest';
import { withDefaults } from '../../../../api/defaults.ts';
import { runPlan } from '../../../../agent/cli/plan.ts';
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
  /** What the machine itself cannot tell. */
  nodeLabels?: Record<string, string>;
}

const ROOT = 'Root InUse root disk';
const EBS = 'Remote Unknown remote: Amazon EBS volume';
const FREE = 'Local Free';
const EIGHT = [0, 1, 2, 3, 4, 5, 6, 7].map((place) => `/dev/nvme${place}n1`);

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
  'aws-i4i.8xlarge-bottlerocket-ephemeral': {
    provider: 'aws',
    drives: {
      '/dev/nvme0n1': ROOT,
      '/dev/nvme1n1': 'Remote InUse remote: Amazon EBS volume; mounted on /local in the host',
      '/dev/nvme2n1': 'Local InUse member of md array ephemeral',
      '/dev/nvme3n1': 'Local InUse member of md array ephemeral',
    },
    candidates: [],
    standDown: /Bottlerocket/,
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
  'azure-Standard_D8ds_v4': {
    provider: 'azure',
    drives: { '/dev/sda': ROOT, '/dev/sdb': 'Local Foreign partitioned' },
    candidates: [],
  },
  'azure-Standard_L16s_v3-azure-vm-utils': {
    provider: 'azure',
    drives: {
      '/dev/nvme0n1': 'Local InUse member of md array azure-ephemeral-md',
      '/dev/nvme1n1': 'Local InUse member of md array azure-ephemeral-md',
      '/dev/sda': ROOT,
    },
    candidates: [],
    standDown: /azure-vm-utils/,
  },
  'azure-Standard_L8s_v3': {
    provider: 'azure',
    drives: { '/dev/nvme0n1': FREE, '/dev/sda': ROOT, '/dev/sdb': 'Local InUse mounted on /mnt in the host' },
    candidates: ['/dev/nvme0n1'],
  },
  'gcp-c3-standard-22-lssd-ephemeral': {
    provider: 'gcp',
    drives: {
      '/dev/nvme0n1': ROOT,
      '/dev/nvme1n1': 'Local InUse member of md array 0',
      '/dev/nvme2n1': 'Local InUse member of md array 0',
      '/dev/nvme3n1': 'Local InUse member of md array 0',
      '/dev/nvme4n1': 'Local InUse member of md array 0',
    },
    candidates: [],
    nodeLabels: { 'cloud.google.com/gke-ephemeral-storage-local-ssd': 'true' },
    standDown: /GKE/,
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
  'gcp-n1-standard-8-scsi-local-ssd': {
    provider: 'gcp',
    drives: {
      '/dev/sda': ROOT,
      '/dev/sdb': 'Local Free taken only when drives.include names it',
      '/dev/sdc': 'Local Free taken only when drives.include names it',
    },
    candidates: [],
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
  'metal-dell-r7525-8-nvme': {
    provider: 'generic',
    drives: { ...Object.fromEntries(EIGHT.map((path) => [path, FREE])), '/dev/sda': ROOT, '/dev/sdb': ROOT },
    candidates: EIGHT,
  },
  'metal-dm-multipath': {
    provider: 'generic',
    drives: {
      '/dev/nvme0n1': FREE,
      '/dev/nvme1n1': 'Remote InUse remote: NVMe over fc; mounted on /srv in the host',
      '/dev/nvme2n1': 'Remote InUse remote: NVMe over fc; mounted on /srv in the host',
      '/dev/sda': ROOT,
      '/dev/sdb': ROOT,
    },
    candidates: ['/dev/nvme0n1'],
  },
  'metal-native-multipath': {
    provider: 'generic',
    drives: {
      '/dev/nvme0n1': FREE,
      '/dev/nvme0c1n1': 'Other Unknown one path of a multipath namespace',
      '/dev/nvme2n1': 'Remote Unknown remote: NVMe over tcp',
      '/dev/sda': ROOT,
      '/dev/sdb': ROOT,
    },
    candidates: ['/dev/nvme0n1'],
  },
  'metal-supermicro-vfio': {
    provider: 'generic',
    drives: {
      '/dev/nvme0n1': FREE,
      '/dev/nvme1n1': FREE,
      '/dev/sda': ROOT,
      '/dev/sdb': ROOT,
      '0000:d8:00.0': 'Other InUse NVMe controller bound to vfio-pci',
      '0000:d9:00.0': 'Other InUse NVMe controller bound to vfio-pci',
      '0000:da:00.0': 'Other Unknown NVMe controller without a driver',
    },
    candidates: ['/dev/nvme0n1', '/dev/nvme1n1'],
  },
};

async function planOf(name: string, strict: boolean) {
  const { snapshot } = await fixture(name);
  const spec = withDefaults();
  const { nodeLabels = {} } = MACHINES[name] ?? {};
  const context = { provider: 'auto', drives: spec.drives, strict, volumes: [], nodeLabels } as const;
  const inventory = takeInventory(snapshot, context);
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

test.each([
  ['gcp-n1-standard-8-scsi-local-ssd', 'google-local-ssd-*', ['/dev/sdb', '/dev/sdc']],
  ['gcp-n1-standard-8-scsi-local-ssd', 'PersistentDisk', []],
])('%s: on request, as %s, %j are taken', async (name, pattern, candidates) => {
  const { text } = await fixture(name);
  const page: string[] = [];
  const stdout = { write: (piece: string) => page.push(piece) > 0 };
  const options = { snapshot: name, layout: 'lvm', cloudProvider: 'auto', include: [pattern] };
  await runPlan({ ...options, output: 'json' }, { stdout, readFile: () => Promise.resolve(text) });
  expect(JSON.parse(page.join(''))).toMatchObject({ candidates });
});

test('a snapshot of lsblk alone is not enough for live set-up', async () => {
  const { planned } = await planOf('aws-i3.2xlarge-lsblk-only', true);
  expect(planned.steps).toEqual([]);
  expect(planned.plan.refusals).toEqual([{ path: '/dev/nvme0n1', reason: 'mountinfo was not read' }]);
});

/** The layouts that a person would ask for; each its own page of the golden output. */
const LAYOUTS = ['filesystem', 'raid', 'lvm', 'swap', 'block', 'spdk'];

// After a wanted change: npx vitest run --project unit test/unit/agent/inventory/machines.test.ts -u
test.each(Object.keys(MACHINES))('%s has the plans that are on record', async (name) => {
  const { text } = await fixture(name);
  const pages = await Promise.all(
    LAYOUTS.map(async (layout) => {
      const page: string[] = [];
      const stdout = { write: (piece: string) => page.push(piece) > 0 };
      const options = { snapshot: name, layout, cloudProvider: 'auto', output: 'text' } as const;
      const code = await runPlan(options, { stdout, readFile: () => Promise.resolve(text) });
      return `$ nvme-agent plan ${layout} --snapshot ${name}.json\n${page.join('')}exit code ${code}\n`;
    }),
  );
  await expect(pages.join('\n')).toMatchFileSnapshot(`../../../fixtures/plans/${name}.txt`);
});
