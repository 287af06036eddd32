import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../kube/system-clock.ts';

describe('the system clock', () => {
  it('sleeps, and wakes with the reason of an abort', async () => {
    const clock = systemClock();
    await clock.sleep(1);
    const controller = new AbortController();
    const asleep = clock.sleep(1e6, controller.signal);
    controller.abort(new Error('up'));
    await expect(asleep).rejects.toThrow('up');
    expect(clock.now()).toBeGreaterThan(Date.UTC(2026, 0, 1));
  });
});
