import type { LsblkDevice } from '../../api/snapshot.ts';
import type { BlockDevice } from './device-table.ts';

/** Columns that are one drive's own: lsblk repeats a device that lies on several others, always with the same. */
const OWN_COLUMNS = [
  'path',
  'type',
  'model',
  'serial',
  'maj:min',
] as const satisfies readonly (keyof LsblkDevice)[];

/**
 * Why what is told of a drive cannot all be true, in words. What else was read of it is filed under its path, so that a
 * wrong one would bring another drive's evidence.
 */
export function contradiction({ kname, path, rows }: BlockDevice): string | undefined {
  // The kernel writes `!` for a slash inside a name.
  const own = `/dev/${kname.replaceAll('!', '/')}`;
  if (path !== own) return `lsblk gives ${kname} the path ${path}`;
  const column = OWN_COLUMNS.find((name) => new Set(rows.map((row) => row[name] ?? '')).size > 1);
  return column === undefined ? undefined : `lsblk lists ${kname} more than once, with another ${column}`;
}
