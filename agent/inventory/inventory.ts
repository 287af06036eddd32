import type { Drive } from '../../api/drive.ts';
import type { HugepagePool, PciDevice, SpdkController, SpdkRecord } from '../../api/snapshot.ts';
import type { DriveSelection, Provider } from '../../api/profile.ts';
import type { KubeletChange, KubeletFacts } from '../../api/snapshot.ts';
import type { KnownVolume } from '../plan/known-volume.ts';

export type CloudProvider = Exclude<Provider, 'auto'>;

/** What classification needs beside the snapshot. */
export interface ClassifyContext {
  provider: Provider;
  drives: DriveSelection;
  /** Live discovery: what is not in the snapshot was not read, and makes drives Unknown. False for a file. */
  strict: boolean;
  volumes: readonly KnownVolume[];
  /** `spec.providerID` of the Node. */
  providerID?: string;
  nodeLabels?: Readonly<Record<string, string>>;
}

/** A drive with what planning needs to know beyond what people are shown. */
export interface InventoryDrive extends Drive {
  /** By-id name and namespace ID: the same after every reboot, different for another drive. */
  identity: string;
  /** What a step uses: the by-id path, else the kernel path. */
  device: string;
  /** The wanted provider's rules and the drive selection both want it. */
  selected: boolean;
  /** The profile's own patterns leave it out. */
  excluded: boolean;
  /** Something of ours on it was never completed and may be made anew. */
  halfMade: boolean;
  /** What it carries of ours or of anyone, when it carries something. */
  signature?: Signature;
  /** Mount points of the drive itself on the host. */
  mountPoints: string[];
  /** PersistentVolumes that name the drive or anything on it. */
  volumes: string[];
  /** Present when we have handed the drive to SPDK, in this boot or before, or have it back since. */
  handed?: SpdkController;
  /** A namespace whose controller is not known: no controller may be taken away while it could be that one. */
  adrift: boolean;
  /** One of them is ours and hands the whole drive out raw: whatever is on it is its user's. */
  raw: boolean;
  /** Its samples are one constant byte. */
  blank: boolean;
  /** A number of the drive is no other drive's in the world. */
  unique: boolean;
  /** Hash over everything seen of the drive. */
  fingerprint: string;
  /** Hash over what is written on it, whatever it is called and used for now. */
  imprint: string;
  /** All that blkid found on it, as `contentPairs` tells it. */
  content: Record<string, string>;
  /** Names in the root directory of the filesystem that fills it, where it was looked at. */
  entries?: string[];
}

/** One signature as libblkid tells it. */
export interface Signature {
  type: string;
  uuid?: string;
  label?: string;
}

/** A filesystem, or the lack of one, on a drive, an array or a logical volume. */
export interface Content {
  /** Kernel path of the block device. */
  path: string;
  /** Path for steps: by-id where there is one. */
  device: string;
  size: number;
  signature?: Signature;
  /** True when nothing says that it holds data: no signature, and samples, when taken, are one constant byte. */
  blank: boolean;
  /** Mounted, held or swapped on. */
  inUse: boolean;
  /** Mount points on the host. */
  mountPoints: string[];
  volumes: string[];
}

/** An md array, assembled or only described by its members. */
export interface MdArray {
  uuid: string;
  name: string;
  level: string;
  /** Number of members it was made with; 0 when unknown. */
  raidDevices: number;
  /** Kernel paths of the whole drives that carry its superblock. */
  members: string[];
  /** True when our UUID for its members and level. */
  ours: boolean;
  /** Kernel path and state when the kernel holds it. */
  path?: string;
  active: boolean;
  /** Begun by us and never completed, with nothing on it. */
  halfMade: boolean;
  content?: Content;
}

export interface VolumeGroup {
  name: string;
  tags: string[];
  /** Kernel paths of its physical volumes; `[unknown]` for missing ones. */
  members: string[];
  /** Its tag is ours for exactly these members. */
  ours: boolean;
  /** Our UUID, when ours. */
  uuid?: string;
  /** Physical extents of all members; 0 when unknown. */
  extentCount: number;
  logicalVolumes: LogicalVolume[];
}

export interface LogicalVolume {
  name: string;
  tags: string[];
  active: boolean;
  content?: Content;
}

/** Swap that fills a whole local drive. */
export interface SwapArea {
  /** Kernel path of the drive. */
  drive: string;
  /** Its UUID, or that of the mark before it, is the one we derive. */
  ours: boolean;
  /** UUID of the drive's own signature, when ours. */
  uuid?: string;
  /** Behind dm-crypt with a random key. */
  encrypted: boolean;
  /** Its mapping is there; always true of plain swap. */
  open: boolean;
  /** The area is made; behind a key it has to be made anew after each boot. */
  formatted: boolean;
  /** The kernel swaps on it now. */
  active: boolean;
  priority?: number;
}

/** Everything that planning decides from. */
export interface Inventory {
  provider: CloudProvider;
  /** The fact that decided the provider, in words. */
  providerFact: string;
  /** Why the platform owns the drives, in words. */
  standDown?: string;
  machineID: string;
  bootID: string;
  drives: InventoryDrive[];
  arrays: MdArray[];
  volumeGroups: VolumeGroup[];
  swapAreas: SwapArea[];
  /** Swap is on that is none of these areas of ours, be it a file of the host. */
  otherSwap: boolean;
  /** Values of the vm.* sysctls that set-up may change; undefined when they were not read. */
  sysctls?: Readonly<Record<string, string>>;
  kubelet?: KubeletFacts;
  kubeletChange?: KubeletChange;
  /** Why it is not known what the kubelet does about swap, in words; never in a file. */
  kubeletUnread?: string;
  /** Reads that failed, as in the snapshot. */
  errors: Readonly<Record<string, string>>;
  /** Whether well-known host paths exist; data directories of ours among them. */
  files: Readonly<Record<string, boolean>>;
  volumes: readonly KnownVolume[];
  /** UUIDs that we had begun to make and not ended. */
  begun: readonly string[];
  /** NVMe controllers, and what shares an IOMMU group with one. */
  pci: readonly PciDevice[];
  hugepages: readonly HugepagePool[];
  /** What we have handed to SPDK on this machine. */
  spdk: SpdkRecord;
  /** Why the volume groups of this machine are not known, in words. */
  groupsUnread?: string;
}
