import type { FilesystemLayout } from '../../api/layout.ts';
import type { KubeApi } from '../../kube/api.ts';
import type { Clock } from '../../kube/clock.ts';
import { isNotFound } from '../../kube/errors.ts';
import { persistentVolumes, type PersistentVolume } from '../../kube/resources.ts';
import type { Logger } from '../../logging/logger.ts';
import { BegunRegister } from '../apply/begun-register.ts';
import { SpdkRegister } from '../apply/spdk-register.ts';
import type { Host } from '../host/host.ts';
import { cleanFilesystem } from './clean-filesystem.ts';
import type { CleanMethod } from './decide.ts';
import { erase } from './erase.ts';
import type { Released } from './evidence.ts';

export interface RecycleOptions {
  kube: KubeApi;
  host: Host;
  clock: Clock;
  logger: Logger;
  /** Options of mounts that are made anew. */
  filesystem: FilesystemLayout;
  signal: AbortSignal;
  /** Discovers and judges the volume anew; called once, with the write lock held. */
  verify: () => Promise<Released | undefined>;
}

/** What became of one released volume. */
export type Outcome = { cleaned: CleanMethod } | { held: string } | 'gone';

const LOCK_TIMEOUT_MS = 30_000;

/**
 * Ends one life of a volume under the host's write lock: judged once more, cleaned, proven clean, and then its
 * PersistentVolume deleted – this very object, unchanged since it was judged. Publishing makes it anew under its name, as
 * it makes any volume that is clean and has none. Rejects with RefusedError, CommandError, LockTimeoutError or ApiError;
 * whatever was done until then is done again by the next call.
 */
export async function recycle(options: RecycleOptions): Promise<Outcome> {
  const { host } = options;
  return await host.withWriteLock(LOCK_TIMEOUT_MS, async (): Promise<Outcome> => {
    const released = await options.verify();
    if (released === undefined) return 'gone';
    const { object, recycling } = released;
    if ('held' in recycling) return { held: recycling.held };
    options.signal.throwIfAborted();
    await clean(released, recycling.clean, options);
    await deleteObject(object, options);
    return { cleaned: recycling.clean };
  });
}

async function clean(
  { volume, object }: Released,
  method: CleanMethod,
  options: RecycleOptions,
): Promise<void> {
  if (volume.mode === 'Block') return erase(volume.path, method === 'Zero' ? 'Zero' : 'Discard', options);
  const begun = await BegunRegister.open(options.host);
  const spdk = () => SpdkRegister.open(options.host);
  return cleanFilesystem(volume, method, object.metadata?.uid ?? '', { ...options, begun, spdk });
}

const GONE_POLL_MS = 100;

/** The PersistentVolume controller takes its finalizer off in a moment; if not, the watch tells when it is gone. */
const GONE_LIMIT_MS = 3000;

/** Never forces a finalizer: a PersistentVolume that stays is told as being deleted, and made anew once it is gone. */
async function deleteObject(
  { metadata }: PersistentVolume,
  { kube, clock, signal }: RecycleOptions,
): Promise<void> {
  const { name = '', uid, resourceVersion } = metadata ?? {};
  const same = { ...(uid === undefined ? {} : { uid }), ...(resourceVersion ? { resourceVersion } : {}) };
  await kube.delete(persistentVolumes, name, { ...same, signal });
  for (let waited = 0; waited < GONE_LIMIT_MS; waited += GONE_POLL_MS) {
    if (await isGone(kube, name, uid, signal)) return;
    await clock.sleep(GONE_POLL_MS, signal);
  }
}

async function isGone(
  kube: KubeApi,
  name: string,
  uid: string | undefined,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    return (await kube.get(persistentVolumes, name, { signal })).metadata?.uid !== uid;
  } catch (error) {
    if (isNotFound(error)) return true;
    throw error;
  }
}
