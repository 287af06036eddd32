import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { LevelLoop } from '../../../kube/level-loop.ts';
import { settle, SteppedClock } from '../../fakes/clock.ts';

describe('a level loop', () => {
  it('looks after a poke, when it asked to, and from time to time; a failure comes again after a second', async () => {
    const clock = new SteppedClock();
    const begin = clock.now();
    const looks: number[] = [];
    const errors: unknown[] = [];
    const stop = new AbortController();
    let next: (() => number | undefined) | undefined;
    const loop = new LevelLoop({
      ...{ clock, resyncMs: 60_000, gatherMs: 100, onError: (error: unknown) => errors.push(error) },
      reconcile: () => {
        looks.push(clock.now() - begin);
        return Promise.resolve(next?.());
      },
    });
    const running = loop.run(stop.signal);
    await settle();
    await clock.advance(5_000);
    next = () => clock.now() + 7_000;
    loop.poke();
    loop.poke();
    await settle();
    await clock.advance(100);
    next = undefined;
    await clock.advance(7_100);
    next = () => {
      next = undefined;
      throw new Error('refused');
    };
    await clock.advance(60_100);
    await clock.advance(1_100);
    expect(looks).toEqual([0, 5_100, 12_200, 72_300, 73_400]);
    expect(errors).toEqual([new Error('refused')]);
    stop.abort(new Error('over'));
    await running;
  });

  it('leaves nothing behind on its signal, however often it waits', async () => {
    const clock = new SteppedClock();
    const stop = new AbortController();
    let looks = 0;
    const loop = new LevelLoop({
      ...{ clock, resyncMs: 60_000, gatherMs: 100, onError: () => undefined },
      reconcile: () => {
        looks += 1;
        return Promise.resolve(undefined);
      },
    });
    const running = loop.run(stop.signal);
    for (let turn = 0; turn < 50; turn += 1) {
      loop.poke();
      await settle();
      await clock.advance(100);
    }
    expect(looks).toBeGreaterThan(40);
    expect(getEventListeners(stop.signal, 'abort').length).toBeLessThanOrEqual(1);
    stop.abort(new Error('over'));
    await running;
  });
});
