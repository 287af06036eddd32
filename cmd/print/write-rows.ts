import type { PrintRequest } from '../cli/print-flags.ts';
import type { LocalContext } from '../cli/verb.ts';
import { printObjects, type Printable } from './objects.ts';
import { sortByPath } from './sort.ts';

/**
 * Writes a list as kubectl's `get` does: sorted by `--sort-by`, and nothing but `No resources found` on stderr for an
 * empty table.
 */
export async function writeRows<T>(
  rows: readonly T[],
  printable: Printable<T>,
  request: PrintRequest & { single?: boolean },
  { stdout, stderr }: Pick<LocalContext, 'stdout' | 'stderr'>,
): Promise<void> {
  if (rows.length === 0 && request.format.kind === 'table') {
    stderr.write('No resources found\n');
    return;
  }
  const sorted = request.sortBy === undefined ? rows : sortByPath(rows, request.sortBy);
  stdout.write(await printObjects(sorted, printable, { single: false, ...request }));
}
