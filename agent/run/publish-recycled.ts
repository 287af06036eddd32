import type { VolumeStatus } from '../../api/node.ts';
import type { FilesystemVolume } from '../plan/planned.ts';
import { publishVolumes } from '../publish/publish.ts';
import { observeWithOrder } from './consent.ts';
import { intentOf } from './intent.ts';
import type { ReconcileOptions } from './reconcile-options.ts';

export interface PublishRecycledOptions extends ReconcileOptions {
  signal: AbortSignal;
  /** Local drives of the node, for the volume's annotation. */
  localDrives: number;
  onPublished: (volume: VolumeStatus) => void;
}

/**
 * Publishes a filesystem that was cleaned and proven empty a moment ago without looking the whole machine through once
 * more: publishing itself looks whether it is mounted, empty, and named by nobody. A raw drive waits for the next round,
 * whose plan may have another use for it by now.
 */
export async function publishRecycled(
  volume: FilesystemVolume,
  options: PublishRecycledOptions,
): Promise<void> {
  const seen = await observeWithOrder(options, options.signal);
  const { publishing: node, volumes, pause } = seen;
  const { spec } = intentOf(seen);
  await publishVolumes([volume], { ...options, spec, node, volumes, mayCreate: pause === undefined });
}
