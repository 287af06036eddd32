import { stat, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Bytes for the users of the filesystem that is mounted at a path. Rejects when nothing is mounted there as we see it:
 * an agent whose volume lacks mount propagation would else tell the size of the disk below.
 */
export async function filesystemBytes(path: string): Promise<number> {
  const [mounted, parent] = await Promise.all([stat(path), stat(dirname(path))]);
  if (mounted.dev === parent.dev) {
    throw new Error(`Expected a filesystem mounted at ${path}, got the one of ${dirname(path)}`);
  }
  const { blocks, bfree, bavail, bsize } = await statfs(path);
  return (blocks - (bfree - bavail)) * bsize;
}
