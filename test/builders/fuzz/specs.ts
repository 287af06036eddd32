import fc from 'fast-check';
import type { Layout } from '../../../api/layout.ts';
import type { DriveSelection, NVMeProfileSpecInput, PartialDeep } from '../../../api/profile.ts';

const filesystem = fc.record({ type: fc.constantFrom('ext4' as const, 'xfs' as const) });

const layouts: fc.Arbitrary<PartialDeep<Layout>> = fc.oneof(
  fc.record({ type: fc.constant('Filesystem' as const), filesystem }),
  fc.record({
    type: fc.constant('RAID' as const),
    filesystem,
    raid: fc.record({ level: fc.constantFrom(0 as const, 10 as const), perNUMANode: fc.boolean() }),
  }),
  fc.record({
    type: fc.constant('LVM' as const),
    lvm: fc.record({
      vgName: fc.constantFrom('instance-store-vg', 'theirs'),
      slices: fc.constantFrom(0, 1, 3),
    }),
  }),
  fc.record({
    type: fc.constant('Swap' as const),
    swap: fc.record({ encrypt: fc.boolean(), configureKubelet: fc.boolean() }),
  }),
  fc.record({ type: fc.constant('Block' as const) }),
  fc.record({
    type: fc.constant('SPDK' as const),
    spdk: fc.record({
      driver: fc.constantFrom('auto' as const, 'vfio-pci' as const, 'uio_pci_generic' as const),
      hugepages: fc.record({ size: fc.constant('2Mi' as const), perNUMANode: fc.constantFrom(0, 64) }),
      restartKubelet: fc.boolean(),
    }),
  }),
);

/** Mostly all drives; at times some by their paths only, or the large ones. */
const selections: fc.Arbitrary<Partial<DriveSelection>> = fc.oneof(
  { weight: 5, arbitrary: fc.constant({}) },
  {
    weight: 1,
    arbitrary: fc.constantFrom<Partial<DriveSelection>>(
      { exclude: ['/dev/nvme1n1'] },
      { exclude: ['/dev/nvme30n2'] },
      { include: ['/dev/nvme2n1', '/dev/nvme30n1'] },
      { minSize: '500Gi' },
      { minCount: 2 },
    ),
  },
);

/** Profiles of every layout and policy; `generic` stands for the cloud's own name, said outright. */
export const specs: fc.Arbitrary<NVMeProfileSpecInput> = fc.record({
  provider: fc.constantFrom('auto' as const, 'generic' as const),
  existingData: fc.constantFrom('Refuse' as const, 'Adopt' as const, 'Wipe' as const),
  layout: layouts,
  drives: selections,
});
