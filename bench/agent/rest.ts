import { setTimeout as delay } from 'node:timers/promises';
import { inGuest, type BenchNode } from './node.ts';

/** What an agent that has nothing to do costs its node. */
export interface Rest {
  residentMiB: number;
  /** Times a minute that one of its threads gave the processor up by itself, which is how often it was woken. */
  wakeUps: number;
  /** Milliseconds of processor a minute. */
  cpuMs: number;
}

/** After the last round, and what its changes set off, everything is done. */
const SETTLE_MS = 30_000;
const MINUTE_MS = 60_000;

/** `RSS-kB switches ticks` of the running agent, all its threads together. */
const COUNT = `pid=$(pgrep -o -f 'start[.]cjs nvme-agent run')
rss=$(awk '/^VmRSS/ {print $2}' /proc/$pid/status)
switches=$(cat /proc/$pid/task/*/status | awk '/^voluntary_ctxt_switches/ {sum += $2} END {print sum}')
echo $rss $switches $(awk '{print $14 + $15}' /proc/$pid/stat)`;

/** Of /proc/PID/stat: USER_HZ, which Linux shows to programs as 100. */
const TICK_MS = 10;

/** Counts over one minute, the probe of the kubelet included. */
export async function atRest(bench: BenchNode): Promise<Rest> {
  const { signal } = bench.ctx;
  await delay(SETTLE_MS, undefined, { signal });
  const [, switches = 0, ticks = 0] = await count(bench);
  await delay(MINUTE_MS, undefined, { signal });
  const [kB = 0, later = 0, spent = 0] = await count(bench);
  return { residentMiB: kB / 1024, wakeUps: later - switches, cpuMs: (spent - ticks) * TICK_MS };
}

const count = async (bench: BenchNode): Promise<number[]> =>
  (await inGuest(bench, COUNT)).trim().split(' ').map(Number);
