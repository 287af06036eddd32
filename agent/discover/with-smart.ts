import type { DriveHealth, Snapshot } from '../../api/snapshot.ts';
import type { Clock } from '../../kube/clock.ts';
import type { Host } from '../host/host.ts';
import { readSmart } from './smart.ts';

/** Wear goes by the month; a look at the machine happens at every change of it, and must stay cheap. */
const REFRESH_MS = 3_600_000;

type Identities = NonNullable<Snapshot['nvme']>;

interface Known {
  at: number;
  log: DriveHealth | undefined;
}

/** Discovery with each local drive's SMART log, which is read once an hour, and at once for a drive that is new. */
export function withSmart<Wish extends unknown[]>(
  discover: (signal: AbortSignal, ...wish: Wish) => Promise<Snapshot>,
  { host, clock }: { host: Host; clock: Clock },
): (signal: AbortSignal, ...wish: Wish) => Promise<Snapshot> {
  const known = new Map<string, Known>();
  return async (signal, ...wish) => {
    const snapshot = await discover(signal, ...wish);
    const wanted = askable(snapshot);
    const due = wanted.filter((path) => clock.now() - (known.get(path)?.at ?? -Infinity) >= REFRESH_MS);
    await Promise.all(
      due.map(async (path) => {
        known.set(path, { at: clock.now(), log: await readSmart(host, path, signal) });
      }),
    );
    // A drive that was pulled must be asked anew when another takes its name.
    for (const path of known.keys()) if (!wanted.includes(path)) known.delete(path);
    return snapshot.nvme === undefined ? snapshot : { ...snapshot, nvme: addLogs(snapshot.nvme, known) };
  };
}

/** NVMe drives that were probed: those that some provider's rules could call local. Others are sent no command. */
const askable = ({ nvme = {}, blkid = {} }: Snapshot): string[] =>
  Object.keys(nvme).filter((path) => path in blkid);

function addLogs(nvme: Identities, known: ReadonlyMap<string, Known>): Identities {
  return Object.fromEntries(
    Object.entries(nvme).map(([path, identity]) => {
      const log = known.get(path)?.log;
      return [path, log === undefined ? identity : { ...identity, smart: log }];
    }),
  );
}
