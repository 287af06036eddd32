import type { Host } from '../host/host.ts';
import { BegunRegister } from './begun-register.ts';

const LOCK_TIMEOUT_MS = 30_000;

/**
 * Takes what nothing on the drives needs any more off the record of what was begun, so that it can never make later
 * content look half-made. `stale` looks again, with the write lock held.
 */
export async function forgetBegun(host: Host, stale: () => Promise<readonly string[]>): Promise<void> {
  await host.withWriteLock(LOCK_TIMEOUT_MS, async () => {
    const register = await BegunRegister.open(host);
    for (const uuid of await stale()) await register.end(uuid);
  });
}
