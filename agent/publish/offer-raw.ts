import { contentOf, probeFree } from '../apply/check-device.ts';
import { RefusedError } from '../apply/refused-error.ts';
import { sampleDevice } from '../discover/sample.ts';
import type { Host } from '../host/host.ts';
import type { BlockVolume } from '../plan/planned.ts';

const LOCK_TIMEOUT_MS = 30_000;

/**
 * Offers a raw drive under the host's write lock, so that nobody sets it up meanwhile, once it was found as blank as when
 * it was planned: the same drive, without a signature, in nobody's use, one constant byte at places that only this look
 * reads. Rejects with RefusedError or LockTimeoutError.
 */
export async function offerRaw(
  host: Host,
  volume: BlockVolume,
  seed: string,
  offer: () => Promise<void>,
): Promise<void> {
  await host.withWriteLock(LOCK_TIMEOUT_MS, async () => {
    await checkBlank(host, volume, seed);
    await offer();
  });
}

async function checkBlank(host: Host, { path, shown, size }: BlockVolume, seed: string): Promise<void> {
  const now = await host.realPath(path);
  if (now !== shown) throw new RefusedError(path, `it means ${now} now, not ${shown}`);
  const content = await contentOf(host, path);
  if (content !== undefined) throw new RefusedError(path, `it now carries ${content.type}`);
  await probeFree(host, path);
  const [opener] = await host.openersOf(path);
  if (opener !== undefined) throw new RefusedError(path, `${opener} has it open`);
  const { constant } = await sampleDevice(host, path, size, seed);
  if (constant === null) throw new RefusedError(path, 'its blocks are not blank');
}
