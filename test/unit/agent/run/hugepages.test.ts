import { expect, test } from 'vitest';
import type { Clock } from '../../../../kube/clock.ts';
import { watchHugepages } from '../../../../agent/run/hugepages.ts';
import type { HugepagePool } from '../../../../api/snapshot.ts';
import { machine } from '../../../builders/machine.ts';
import { SnapshotHost } from '../../../fakes/snapshot-host.ts';

const pool = (total: number, free: number): HugepagePool => ({ numaNode: 0, size: '2Mi', total, free });

test.each([
  ['when pages were taken', [pool(8, 8), pool(8, 2)], 1],
  ['when the user has added some', [pool(0, 0), pool(8, 8)], 1],
  ['not while nothing changes', [pool(8, 2), pool(8, 2), pool(8, 2)], 0],
])('the agent wakes %s', async (_, looks, expected) => {
  let at = 0;
  let woken = 0;
  const ending = new AbortController();
  const clock: Clock = {
    now: () => 0,
    sleep: () => {
      at += 1;
      if (at === looks.length) ending.abort();
      return Promise.resolve();
    },
  };
  const host = new Proxy(new SnapshotHost(machine()), {
    get: (_target, key) => {
      const shown = new SnapshotHost(machine({ snapshot: { hugepages: looks.slice(at, at + 1) } }));
      const value: unknown = Reflect.get(shown, key, shown);
      return typeof value === 'function' ? (value.bind(shown) as unknown) : value;
    },
  });
  const onError = (error: unknown): void => {
    throw error;
  };
  await watchHugepages({ host, clock, wake: () => (woken += 1), onError }, ending.signal);
  expect(woken).toBe(expected);
});

test.each([
  ['every 15 s where there are hugepages', 8, 15_000],
  ['no more often than the slow look where there are none', 0, 300_000],
])('the agent looks %s', async (_, total, expected) => {
  const slept: number[] = [];
  const ending = new AbortController();
  const clock: Clock = {
    now: () => 0,
    sleep: (milliseconds) => {
      slept.push(milliseconds);
      ending.abort();
      return Promise.resolve();
    },
  };
  const host = new SnapshotHost(machine({ snapshot: { hugepages: [pool(total, total)] } }));
  const onError = (error: unknown): void => {
    throw error;
  };
  await watchHugepages({ host, clock, wake: () => undefined, onError }, ending.signal);
  expect(slept).toEqual([expected]);
});
