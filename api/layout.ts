export const LAYOUT_TYPES = ['Filesystem', 'RAID', 'LVM', 'Swap', 'Block', 'SPDK'] as const;
export type LayoutType = (typeof LAYOUT_TYPES)[number];

/** How the local drives of a node are arranged: one block per type, only the type's own block counts. */
export interface Layout {
  type: LayoutType;
  /** Used by Filesystem and RAID. */
  filesystem?: FilesystemLayout;
  raid?: RaidLayout;
  lvm?: LvmLayout;
  swap?: SwapLayout;
  spdk?: SpdkLayout;
}

/** Which layout types each block belongs to. */
export const LAYOUT_BLOCKS: Readonly<Record<Exclude<keyof Layout, 'type'>, readonly LayoutType[]>> = {
  filesystem: ['Filesystem', 'RAID', 'LVM'],
  raid: ['RAID'],
  lvm: ['LVM'],
  swap: ['Swap'],
  spdk: ['SPDK'],
};

export interface FilesystemLayout {
  type: 'ext4' | 'xfs';
  /** Passed to mount -o as they stand; `noatime` by default. */
  mountOptions: string[];
}

export interface RaidLayout {
  level: 0 | 10;
  /** md chunk as a Kubernetes quantity, a power of two from 4Ki up; `512Ki` is mdadm's own default. */
  chunk: string;
  /** One array per NUMA node instead of one over all drives. */
  perNUMANode: boolean;
}

export interface LvmLayout {
  vgName: string;
  /** 0 leaves the volume group to a CSI driver; N carves it into N equal logical volumes. */
  slices: number;
}

export interface SwapLayout {
  /** dm-crypt with a random key that is thrown away at power-off. */
  encrypt: boolean;
  /** vm.* sysctls set beside the swap, name to value. */
  sysctls: Record<string, string>;
  /** Whether the agent may edit the kubelet's configuration for LimitedSwap. */
  configureKubelet: boolean;
}

export interface SpdkLayout {
  /** `auto`: vfio-pci where there is an IOMMU, else uio_pci_generic. */
  driver: 'auto' | 'vfio-pci' | 'uio_pci_generic';
  /** Pages that every NUMA node gets on top of the user's own. */
  hugepages: { size: '2Mi' | '1Gi'; perNUMANode: number };
  /** The agent may restart the kubelet, which counts hugepages only at its start. */
  restartKubelet: boolean;
}
