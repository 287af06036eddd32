import { describe, expect, it, test } from 'vitest';
import type { Snapshot, SpdkRecord } from '../../../../api/snapshot.ts';
import type { Planned } from '../../../../agent/plan/planned.ts';
import { partition, type DriveOverrides } from '../../../builders/machine.ts';
import {
  A,
  B,
  controller,
  handedController,
  planFor,
  spdkMachine,
  spdkRecord,
  spdkSpec,
} from '../../../builders/spdk-machine.ts';

const names = ({ steps }: Planned): string[] => steps.map(({ name }) => name);
const bindings = ({ steps }: Planned) => steps.filter((step) => step.kind === 'pci-bind');
const refusal = ({ plan }: Planned, path = '/dev/nvme1n1') =>
  plan.refusals.find((one) => one.path === path)?.reason;

const { bootID = '' } = spdkMachine();

test('blank drives of a new machine go to SPDK with hugepages on every NUMA node beside the user’s own', () => {
  const planned = planFor(spdkMachine());
  expect(names(planned)).toEqual([
    'set hugepages of 2Mi on NUMA node 0 from 10 to 74: 64 for SPDK',
    'set hugepages of 2Mi on NUMA node 1 from 0 to 64: 64 for SPDK',
    'load the driver uio_pci_generic',
    `hand ${A} (/dev/nvme1n1) to SPDK: from nvme to uio_pci_generic`,
    `hand ${B} (/dev/nvme2n1) to SPDK: from nvme to uio_pci_generic`,
  ]);
  expect(planned.plan.candidates).toEqual(['/dev/nvme1n1', '/dev/nvme2n1']);
  expect(planned.volumes).toEqual([]);
});

test('a machine without drives gets no hugepages', () => {
  expect(planFor(spdkMachine({})).steps).toEqual([]);
});

describe('the driver', () => {
  const iommu = {
    snapshot: { pci: [controller(A, { iommuGroup: '1' }), controller(B, { iommuGroup: '2' })] },
  };
  const noUio = { snapshot: { files: { '/lib/modules/6/kernel/drivers/uio/uio_pci_generic.ko': false } } };

  it.each([
    ['vfio-pci where there is an IOMMU', 'auto', iommu, 'vfio-pci', false],
    ['uio_pci_generic without one', 'auto', {}, 'uio_pci_generic', false],
    ['vfio-pci in its unsafe mode where the kernel has no uio_pci_generic', 'auto', noUio, 'vfio-pci', true],
    ['what the profile says', 'uio_pci_generic', iommu, 'uio_pci_generic', false],
    ['what the profile says, in the unsafe mode', 'vfio-pci', {}, 'vfio-pci', true],
  ] as const)('is %s', (_, driver, machine, wanted, noIommu) => {
    const { steps } = planFor(spdkMachine(undefined, machine), spdkSpec({ driver }));
    expect(steps.filter(({ kind }) => kind === 'load-driver')).toMatchObject([{ driver: wanted, noIommu }]);
    expect(steps.filter(({ kind }) => kind === 'pci-bind')).toMatchObject([
      { driver: wanted },
      { driver: wanted },
    ]);
  });
});

describe('an IOMMU group moves as a whole', () => {
  const group = (...more: Snapshot['pci'] & object) => ({
    snapshot: { pci: [controller(A, { iommuGroup: '7' }), controller(B, { iommuGroup: '7' }), ...more] },
  });

  it('with both its drives', () => {
    expect(bindings(planFor(spdkMachine(undefined, group())))).toHaveLength(2);
  });

  it('and its bridge stays with the kernel', () => {
    const bridge = controller('0000:00:1c.0', { class: '0x060400', driver: 'pcieport', iommuGroup: '7' });
    expect(bindings(planFor(spdkMachine(undefined, group(bridge))))).toHaveLength(2);
  });

  it('or not at all, when something else is in it', () => {
    const network = controller('0000:03:00.0', { class: '0x020000', driver: 'ena', iommuGroup: '7' });
    const planned = planFor(spdkMachine(undefined, group(network)));
    expect(bindings(planned)).toEqual([]);
    expect(refusal(planned)).toBe(
      'shares IOMMU group 7 with 0000:03:00.0 (class 0x020000), which is no candidate',
    );
  });

  it('or not at all, when one of its drives holds data', () => {
    const drives = { nvme1n1: { address: A }, nvme2n1: { address: B, blkid: { TYPE: 'ext4', UUID: 'u' } } };
    const planned = planFor(spdkMachine(drives, group()));
    expect(bindings(planned)).toEqual([]);
    expect(refusal(planned)).toContain(`shares IOMMU group 7 with ${B}`);
  });

  it('with what was handed over before', () => {
    const pci = [controller(A, { iommuGroup: '7', driver: 'vfio-pci' }), controller(B, { iommuGroup: '7' })];
    const spdk = spdkRecord([handedController({ driver: 'vfio-pci' })]);
    const planned = planFor(spdkMachine({ nvme2n1: { address: B } }, { snapshot: { pci, spdk } }));
    expect(bindings(planned)).toMatchObject([{ address: B }]);
  });
});

describe('a drive that may hold data stays with the kernel', () => {
  const PV = { name: 'pv-1', phase: 'Bound', path: '/dev/nvme1n1' } as const;
  const cases: [string, DriveOverrides, RegExp, object?][] = [
    ['a filesystem', { blkid: { TYPE: 'xfs', UUID: 'u' } }, /xfs/],
    ['an LVM member', { blkid: { TYPE: 'LVM2_member', UUID: 'u' } }, /LVM/],
    ['a partition', { children: [partition('nvme1n1p1')] }, /partitioned/],
    ['a holder', { holders: ['dm-3'] }, /held by dm-3/],
    ['blocks that are not blank', { sample: null }, /its blocks are not blank/],
    ['a mount', {}, /mounted on \/data/, { mounts: { '/dev/nvme1n1': '/data' } }],
    ['swap', {}, /swap/, { swaps: ['/dev/nvme1n1'] }],
    [
      'an unread signature',
      {},
      /could not be read/,
      { snapshot: { errors: { 'blkid:/dev/nvme1n1': 'EIO' } } },
    ],
    ['another transport', { transport: 'tcp' }, /NVMe over tcp|not/],
  ];

  it.each(cases)('%s', (_, drive, reason, more = {}) => {
    const drives = { nvme1n1: { address: A, ...drive }, nvme2n1: { address: B } };
    const planned = planFor(spdkMachine(drives, more));
    expect(bindings(planned)).toMatchObject([{ address: B }]);
    const shown = planned.plan.drives.find(({ path }) => path === '/dev/nvme1n1')?.reason;
    expect(refusal(planned) ?? shown).toMatch(reason);
  });

  it('a PersistentVolume names it', () => {
    expect(bindings(planFor(spdkMachine(), spdkSpec(), [PV]))).toMatchObject([{ address: B }]);
  });

  it('another namespace of its controller is in use', () => {
    const drives = {
      nvme1n1: { address: A },
      nvme1n2: { address: A, nsid: 2, serial: 'AWSNVME1N1', holders: ['md5'] },
    };
    const planned = planFor(spdkMachine(drives));
    expect(bindings(planned)).toEqual([]);
    expect(refusal(planned)).toBe(
      `shares its controller ${A} with /dev/nvme1n2, which must stay: held by md5`,
    );
  });

  it('the profile’s list of PCI addresses does not have it', () => {
    const spec = spdkSpec({}, { drives: { include: [B] } });
    expect(bindings(planFor(spdkMachine(), spec))).toMatchObject([{ address: B }]);
  });

  it('the record of what SPDK has cannot be read', () => {
    const planned = planFor(
      spdkMachine(undefined, { snapshot: { errors: { spdk: 'Unexpected end of JSON' } } }),
    );
    expect(planned.steps).toEqual([]);
    expect(refusal(planned)).toMatch(/could not be read: Unexpected end/);
  });

  it('the layout was another one and carries data', () => {
    const own = planFor(spdkMachine(), spdkSpec({}, { layout: { type: 'Filesystem' } }));
    const [mkfs] = own.steps;
    const blkid = { TYPE: 'ext4', UUID: mkfs?.kind === 'mkfs' ? mkfs.uuid : '' };
    const drives = { nvme1n1: { address: A, blkid }, nvme2n1: { address: B } };
    const planned = planFor(spdkMachine(drives));
    expect(bindings(planned)).toEqual([]);
    expect(planned.drift).toContain('our Filesystem layout, not SPDK');
  });
});

describe('hugepages', () => {
  const own = (pages: number, more = {}) =>
    spdkRecord([], { hugepages: [{ numaNode: 0, size: '2Mi', pages, bootID, ...more }] });
  const step = (spdk: SpdkRecord, total: number) => {
    const hugepages = [{ numaNode: 0, size: '2Mi' as const, total, free: 0 }];
    const { steps } = planFor(spdkMachine(undefined, { snapshot: { hugepages, spdk } }));
    return steps.find(({ kind }) => kind === 'hugepages');
  };

  it.each([
    ['are there already', own(64), 74, undefined],
    ['were fewer: the difference is added', own(60), 70, { pages: 64, others: 10 }],
    ['were more: the difference is given back', own(80), 90, { pages: 64, others: 10 }],
    ['were changed by the user, whose part stays', own(64), 94, undefined],
    ['were taken away by the user', own(64), 3, { pages: 64, others: 0 }],
    ['of an earlier boot are gone', own(64, { bootID: 'before' }), 10, { pages: 64, others: 10 }],
    ['were begun and not set', own(64, { others: 10 }), 10, { pages: 64, others: 10 }],
    ['were begun and set in part', own(64, { others: 10 }), 50, { pages: 64, others: 10 }],
    ['were begun and set, but not noted', own(64, { others: 10 }), 74, { pages: 64, others: 10 }],
  ])('that %s', (_, spdk, total, expected) => {
    if (expected === undefined) expect(step(spdk, total)).toBeUndefined();
    else expect(step(spdk, total)).toMatchObject(expected);
  });

  it('of a size that the kernel has not are refused', () => {
    const hugepages = [{ numaNode: 0, size: '2Mi' as const, total: 0, free: 0 }];
    const planned = planFor(
      spdkMachine(undefined, { snapshot: { hugepages } }),
      spdkSpec({ hugepages: { size: '1Gi', perNUMANode: 1 } }),
    );
    expect(planned.steps).toEqual([]);
    expect(refusal(planned)).toBe('the kernel of this machine has no hugepages of 1Gi');
  });
});
