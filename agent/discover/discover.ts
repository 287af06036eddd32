import type { Snapshot } from '../../api/snapshot.ts';
import type { Host } from '../host/host.ts';

export interface DiscoverOptions {
  /** Decides which blocks are sampled; a new one each time covers more, a fixed one repeats. */
  seed: string;
  signal?: AbortSignal;
}

/**
 * Reads everything planning needs from the host. Never rejects for a failed read: that goes to `errors`, and
 * classification makes the drives concerned Unknown. Rejects with SnapshotError only when lsblk itself fails.
 */
export async function discoverSnapshot(host: Host, options: DiscoverOptions): Promise<Snapshot> {
  const { stdout } = await host.run(
    ['lsblk', '-J', '-b', '-O'],
    options.signal ? { signal: options.signal } : {},
  );
  return JSON.parse(stdout) as Snapshot;
}
