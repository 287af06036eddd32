import type { Clock } from '../../kube/clock.ts';
import { readHugepages } from '../discover/hugepages.ts';
import type { Host } from '../host/host.ts';

export interface HugepagesWatch {
  host: Host;
  clock: Clock;
  wake: () => void;
  onError: (error: unknown) => void;
}

/** The kernel tells nobody when pages are taken; a few small reads are all that a look costs. */
const LOOK_MS = 15_000;
/** Where there are none: the agent's own slow look would find the first ones as soon. */
const IDLE_MS = 300_000;

/** Calls `wake` when hugepages were taken or given back since the last look; ends with the signal. */
export async function watchHugepages(
  { host, clock, wake, onError }: HugepagesWatch,
  signal: AbortSignal,
): Promise<void> {
  let before: string | undefined;
  while (!signal.aborted) {
    const pools = await readHugepages(host).catch(onError);
    const now = JSON.stringify(pools);
    if (before !== undefined && now !== before) wake();
    before = now;
    const some = pools?.some(({ total }) => total > 0) === true;
    await clock.sleep(some ? LOOK_MS : IDLE_MS, signal).catch(() => undefined);
  }
}
