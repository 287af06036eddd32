import type { SpdkLayout } from '../../api/layout.ts';
import type { SpdkController } from '../../api/snapshot.ts';
import type { Inventory } from '../inventory/inventory.ts';

/** The driver that a controller is bound to for SPDK. */
export interface UserSpaceDriver {
  driver: SpdkController['driver'];
  /** vfio-pci without an IOMMU: the kernel asks for a switch that says so (`enable_unsafe_noiommu_mode`). */
  noIommu: boolean;
}

/** Where a kernel keeps its modules; sizes differ by compression only. */
export const MODULE_PATHS = ['', '.xz', '.zst', '.gz'].map(
  (suffix) => `kernel/drivers/uio/uio_pci_generic.ko${suffix}`,
);

/** The folder of a driver that is loaded or built in. */
export const UIO_LOADED = '/sys/bus/pci/drivers/uio_pci_generic';

/**
 * With an IOMMU group vfio-pci, which alone confines what the drive may write to; without one uio_pci_generic; where the
 * kernel has not got that, vfio-pci in its unsafe mode.
 */
export function userSpaceDriver(
  wanted: SpdkLayout['driver'],
  iommuGroup: string | undefined,
  files: Inventory['files'],
): UserSpaceDriver {
  const noIommu = iommuGroup === undefined;
  if (wanted === 'uio_pci_generic') return { driver: wanted, noIommu: false };
  if (wanted === 'vfio-pci' || !noIommu || !hasUio(files)) return { driver: 'vfio-pci', noIommu };
  return { driver: 'uio_pci_generic', noIommu: false };
}

/** A snapshot that does not say counts as yes: the step itself will tell. */
function hasUio(files: Inventory['files']): boolean {
  const told = Object.entries(files).filter(([path]) => path.includes('uio_pci_generic'));
  return told.length === 0 || told.some(([, there]) => there);
}
