import type { HugepageSize, SpdkController, SpdkDrive } from '../../api/snapshot.ts';

/** What the SPDK layout and the way back from it do; see step.ts for what all steps have. */
export type SpdkStep =
  HugepagesStep | RecountStep | LoadDriverStep | PciBindStep | PciReleaseStep | ForgetHandoverStep;

/** Brings the pages of one pool to those of others and ours together. */
export interface HugepagesStep {
  kind: 'hugepages';
  name: string;
  numaNode: number;
  size: HugepageSize;
  /** Pages of ours, once done. */
  pages: number;
  /** Pages of everybody else, which stay. */
  others: number;
}

/** A kubelet counts hugepages at its start only (Kubernetes' docs, “Manage HugePages”). */
export interface RecountStep {
  kind: 'recount-hugepages';
  name: string;
  /** Of all pages that it is to count. */
  bytes: number;
  bootID: string;
}

export interface LoadDriverStep {
  kind: 'load-driver';
  name: string;
  driver: SpdkController['driver'];
  /** Switch on vfio's unsafe mode for machines without an IOMMU. */
  noIommu: boolean;
}

/** Takes a controller from the kernel's NVMe driver and binds it to a user-space one. Nothing is written to its drives. */
export interface PciBindStep {
  kind: 'pci-bind';
  name: string;
  address: string;
  driver: SpdkController['driver'];
  /** Block devices that vanish with it, all of them; empty when the kernel has let go of it already. */
  devices: string[];
  /** What goes on record. */
  drives: SpdkDrive[];
  bootID: string;
  /** Content (`contentKey`) that the devices may carry, because the plan has seen it; nothing else may be there. */
  carried: string[];
}

/** Gives a controller back to the kernel's NVMe driver, unless something uses it; for reset. What SPDK wrote stays. */
export interface PciReleaseStep {
  kind: 'pci-release';
  name: string;
  address: string;
}

/** Takes what is on record of a controller off it, once what SPDK left on its drives is gone; for reset. */
export interface ForgetHandoverStep {
  kind: 'forget-handover';
  name: string;
  address: string;
  /** Drives that are cleared before. */
  devices: string[];
}
