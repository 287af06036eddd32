/** LVM's own default, set explicitly, because sizes of slices are computed from it. */
export const EXTENT_BYTES = 4 * 2 ** 20;
/** LVM's own default for striped volumes. */
export const LV_STRIPE_BYTES = 64 * 2 ** 10;
/** Extents at the start of a drive left to LVM's label, metadata and data alignment. */
const RESERVED_EXTENTS = 2;

/**
 * Physical extents of each of `slices` equal logical volumes, striped over all drives: the same from every drive, as
 * many as the smallest has. 0 when the drives are too small.
 */
export function sliceExtents(driveSizes: readonly number[], slices: number): number {
  if (slices <= 0 || driveSizes.length === 0) return 0;
  const smallest = Math.floor(Math.min(...driveSizes) / EXTENT_BYTES) - RESERVED_EXTENTS;
  return Math.max(0, Math.floor(smallest / slices)) * driveSizes.length;
}
