import { expect, it } from 'vitest';
import { Liveness } from '../../../webhook/liveness.ts';
import { SteppedClock } from '../../fakes/clock.ts';

const HALF_AN_HOUR = 1_800_000;

it('tells what has been running for more than half an hour, and not what came to its end', async () => {
  const clock = new SteppedClock();
  const liveness = new Liveness(clock);
  const { promise, resolve } = Promise.withResolvers<string>();
  const quick = liveness.watched('clean-up', (word: string) => Promise.resolve(word));
  const fails = liveness.watched('late binding', () => Promise.reject(new Error('refused')));
  const hangs = liveness.watched('storage capacity', () => promise);
  const [first, second] = [hangs(), hangs()];
  expect(await quick('done')).toBe('done');
  await expect(fails()).rejects.toThrow('refused');
  await clock.advance(HALF_AN_HOUR);
  expect(liveness.stuck()).toEqual([]);
  await clock.advance(1);
  expect(liveness.stuck()).toEqual(['storage capacity has not come to its end for half an hour']);
  resolve('late');
  expect(await Promise.all([first, second])).toEqual(['late', 'late']);
  expect(liveness.stuck()).toEqual([]);
});
