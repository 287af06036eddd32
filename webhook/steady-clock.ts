import { performance } from 'node:perf_hooks';
import type { Clock } from '../kube/clock.ts';

/** Wall time at the process's start, counted on by a clock that nobody sets: an NTP step must not end a grace period. */
export function steadyClock(clock: Clock): Clock {
  return {
    now: () => performance.timeOrigin + performance.now(),
    sleep: (ms, signal) => clock.sleep(ms, signal),
  };
}
