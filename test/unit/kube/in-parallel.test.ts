import { expect, it } from 'vitest';
import { inParallel } from '../../../kube/in-parallel.ts';
import { settle } from '../../fakes/clock.ts';

it('works on each item once, at most so many at a time, and on the rest when one fails', async () => {
  let [running, most] = [0, 0];
  const done: number[] = [];
  const work = async (item: number): Promise<void> => {
    most = Math.max(most, (running += 1));
    await settle();
    running -= 1;
    done.push(item);
    if (item === 2) throw new Error('two');
  };
  await expect(inParallel([1, 2, 3, 4, 5], 2, work)).rejects.toThrow('two');
  await settle();
  await settle();
  await settle();
  expect(most).toBe(2);
  expect(done.sort()).toEqual([1, 2, 3, 4, 5]);
});
