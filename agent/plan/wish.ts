import { layoutWithDefaults } from '../../api/defaults.ts';
import type {
  FilesystemLayout,
  Layout,
  LvmLayout,
  RaidLayout,
  SpdkLayout,
  SwapLayout,
} from '../../api/layout.ts';

/** A layout with the blocks of all types that set drives up, so that none has to be asked for. */
export interface Wish {
  filesystem: FilesystemLayout;
  raid: RaidLayout;
  lvm: LvmLayout;
  spdk: SpdkLayout;
  swap: SwapLayout;
}

/** The wanted layout, with defaults for the blocks that its type has not. */
export function wishOf({ filesystem, raid, lvm, spdk, swap }: Layout): Wish {
  const defaults: Partial<Layout> = {
    ...layoutWithDefaults({ type: 'LVM' }),
    ...layoutWithDefaults({ type: 'RAID' }),
    ...layoutWithDefaults({ type: 'SPDK' }),
  };
  return {
    filesystem: filesystem ?? defaults.filesystem ?? { type: 'ext4', mountOptions: ['noatime'] },
    raid: raid ?? defaults.raid ?? { level: 0, chunk: '512Ki', perNUMANode: false },
    spdk: spdk ??
      defaults.spdk ?? { driver: 'auto', hugepages: { size: '2Mi', perNUMANode: 0 }, restartKubelet: false },
    lvm: lvm ?? defaults.lvm ?? { vgName: '', slices: 0 },
    swap: swap ?? { encrypt: false, sysctls: {}, configureKubelet: true },
  };
}
