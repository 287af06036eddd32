/**
 * Everything discovery reads from a host, raw, as one JSON document: what `nvme-agent snapshot` prints, what
 * `nvme-agent plan --snapshot` replays and what a user attaches to a bug report. In a file every field but
 * `lsblk` may be missing; live discovery treats a missing field as a failed read.
 */
export interface Snapshot {
  version: 1;
  /** `lsblk -J -b -O`. */
  lsblk: { blockdevices: LsblkDevice[] };
  /** Name under /dev/disk/by-id → kernel path. */
  byId?: Record<string, string>;
  /** Raw mountinfo of the host's mount namespace. */
  mountinfo?: string;
  /** Raw /proc/swaps. */
  swaps?: string;
  /** Raw /proc/mdstat. */
  mdstat?: string;
  /** `blkid -p -o export` by kernel path; an empty object means no signature was found. */
  blkid?: Record<string, Record<string, string>>;
  /** Rows of `pvs --reportformat json -o +…`. */
  pvs?: Record<string, string>[];
  /** Rows of `vgs --reportformat json -o +…`. */
  vgs?: Record<string, string>[];
  /** Rows of `lvs --reportformat json -o +…`. */
  lvs?: Record<string, string>[];
  /** `mdadm --detail --export` of each array, and `mdadm --examine --export` of each member, by path. */
  md?: Record<string, Record<string, string>>;
  nvme?: Record<string, NvmeIdentity>;
  /** NVMe controllers, and what shares an IOMMU group with one. */
  pci?: PciDevice[];
  /** Huge pages by NUMA node and size. */
  hugepages?: HugepagePool[];
  /** Pages of each size that are promised to mappings but not yet taken from any node. */
  hugepagesReserved?: Partial<Record<HugepageSize, number>>;
  /** What the agent has handed to SPDK; see agent/discover/spdk-record.ts. */
  spdk?: SpdkRecord;
  /** Whether well-known files and folders exist on the host. */
  files?: Record<string, boolean>;
  /** DMI strings from /sys/class/dmi/id, such as `sys_vendor`. */
  dmi?: Record<string, string>;
  /** Holders of each device from /sys/class/block/<name>/holders, kernel names. */
  holders?: Record<string, string[]>;
  /** Result of the sampling of drives without a signature, by path. */
  samples?: Record<string, SampleResult>;
  /** Names in the root directory of filesystems that fill a local drive, by path; read where a profile asks for it. */
  entries?: Record<string, string[]>;
  /** UUIDs that the agent had begun to make and not ended; see agent/discover/begun.ts. */
  begun?: string[];
  /** Values of the vm.* sysctls that set-up may change, such as `swappiness`. */
  sysctls?: Record<string, string>;
  /** What the running kubelet does about swap; absent when none was found. */
  kubelet?: KubeletFacts;
  /** A change of the kubelet's configuration that the agent began and has not seen through. */
  kubeletChange?: KubeletChange;
  /** /etc/machine-id of the host. */
  machineID?: string;
  /** /proc/sys/kernel/random/boot_id of the host. */
  bootID?: string;
  /** Reads that failed, by field or by `field:path`, with the error's text. */
  errors?: Record<string, string>;
}

/** The columns of `lsblk -O` that decisions use; lsblk prints many more. */
export interface LsblkDevice {
  name: string;
  kname?: string;
  path?: string;
  'maj:min'?: string;
  type?: string;
  size?: number | string | null;
  model?: string | null;
  serial?: string | null;
  vendor?: string | null;
  tran?: string | null;
  rev?: string | null;
  wwn?: string | null;
  fstype?: string | null;
  fsver?: string | null;
  label?: string | null;
  uuid?: string | null;
  pttype?: string | null;
  parttype?: string | null;
  mountpoint?: string | null;
  mountpoints?: (string | null)[] | null;
  ro?: boolean | number | string;
  rm?: boolean | number | string;
  'log-sec'?: number | string;
  'phy-sec'?: number | string;
  hctl?: string | null;
  pkname?: string | null;
  children?: LsblkDevice[];
}

/** What sysfs and the drive itself (`nvme id-ctrl`, `id-ns`, `smart-log`) say. */
export interface NvmeIdentity {
  /** The controller's `transport` in sysfs: `pcie`, or `tcp`, `rdma`, `fc`, `loop` for NVMe over Fabrics. */
  transport?: string;
  /** The controller's `address` in sysfs: a PCI address, or `traddr=…` of a fabric. */
  address?: string;
  numaNode?: number;
  /** Firmware revision; in a container without udev's database lsblk does not know it. */
  firmware?: string;
  /** Text in the vendor area of identify-namespace (offset 384), as Azure's v2 drives carry. */
  identifyNamespaceVendor?: string;
  nsid?: number;
  eui64?: string;
  nguid?: string;
  /** Bits 2:0 of DLFEAT: 1 means deallocated blocks read as zeros (NVM Command Set spec). */
  dlfeat?: number;
  smart?: DriveHealth;
}

export interface DriveHealth {
  /** Percent of spare blocks left. */
  availableSpare?: number;
  /** Percent of rated life used; may exceed 100. */
  percentageUsed?: number;
  mediaErrors?: number;
  /** Kelvin, as the drive reports it. */
  temperature?: number;
  criticalWarning?: number;
}

export interface PciDevice {
  address: string;
  class: string;
  driver?: string | null;
  numaNode?: number;
  iommuGroup?: string | null;
}

export type HugepageSize = '2Mi' | '1Gi';

/** Huge pages of one size on one NUMA node; `total` and `free` count pages. */
export interface HugepagePool {
  numaNode: number;
  size: HugepageSize;
  total: number;
  free: number;
}

/** The agent's own record of what SPDK got. */
export interface SpdkRecord {
  /** Of the machine that it was written on. */
  machineID: string;
  controllers: SpdkController[];
  hugepages: SpdkHugepages[];
  /** The last restart of the kubelet, and the bytes of hugepages that it was to see. */
  kubelet?: { bootID: string; bytes: number };
}

/** `begun` from before the unbinding, `bound` once the driver has it, `returned` once the kernel has it back. */
export interface SpdkController {
  address: string;
  driver: 'vfio-pci' | 'uio_pci_generic';
  state: 'begun' | 'bound' | 'returned';
  /** Boot in which that was done. */
  bootID: string;
  /** The namespaces behind it, as they were when the kernel had it. */
  drives: SpdkDrive[];
}

export interface SpdkDrive {
  /** By-id name and namespace ID. */
  identity: string;
  model?: string;
  serial?: string;
  /** Bytes. */
  size: number;
  sectorSize?: number;
}

/** Pages that we added. */
export interface SpdkHugepages {
  numaNode: number;
  size: HugepageSize;
  pages: number;
  /** Pages of others when we began; absent once the pages are there. */
  others?: number;
  /** Pages do not survive their boot. */
  bootID: string;
}

/** `constant` is the byte that every sampled block holds; null when the samples differ. */
export interface SampleResult {
  constant: number | null;
  /** UUID in the mark that a reset left, when the samples are still what the reset left. */
  mark?: string;
}

/** The running kubelet, as far as swap is concerned; nothing else of its configuration is kept. */
export interface KubeletFacts {
  /** systemd unit whose cgroup holds the process: `kubelet.service`, or the one that supervises it. */
  unit: string;
  pid: number;
  /** `--fail-swap-on` on its command line, which outranks its files. */
  failSwapOnFlag?: boolean;
  /** `--config`. */
  configPath?: string;
  /** `--config-dir`. */
  configDir?: string;
  /** Its unit takes `--config` from the variable KUBELET_CONFIG_FILE_FLAGS, as Azure's does. */
  configVariable?: boolean;
  /** Its configuration file and the drop-ins after it, in the order in which it reads them. */
  files: KubeletFile[];
  /** Whether it started after the agent had last switched swap on; absent when that was not in this boot. */
  sawSwap?: boolean;
}

/** What one file says of swap; absent fields are left as the files before it have them. */
export interface KubeletFile {
  path: string;
  failSwapOn?: boolean;
  swapBehavior?: string;
  /** Whether the running kubelet started after the file was last changed. */
  read: boolean;
}

export interface KubeletChange {
  /**
   * Unfinished: an agent died over it. TakenBack: the kubelet did not come up with it, in this boot. Done: it runs with it,
   * and a reset puts its old configuration back.
   */
  state: 'Unfinished' | 'TakenBack' | 'Done';
  /** Where the settings were written; see the step `configure-kubelet` in agent/plan/step.ts. */
  how: KubeletConfigKind;
  path: string;
  unit: string;
  message?: string;
}

/** Ways to tell a kubelet about swap. */
export const KUBELET_CONFIG_KINDS = ['file', 'drop-in', 'variable', 'bottlerocket'] as const;
export type KubeletConfigKind = (typeof KUBELET_CONFIG_KINDS)[number];
