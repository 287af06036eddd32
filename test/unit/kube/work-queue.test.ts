import { beforeEach, describe, expect, it } from 'vitest';
import { WorkQueue } from '../../../kube/work-queue.ts';
import { SteppedClock, settle } from '../../fakes/clock.ts';
import { tooManyRequests } from '../../fakes/kube-answers.ts';

let clock: SteppedClock;
let queue: WorkQueue;
let stop: AbortController;
let worked: string[];
let errors: string[];

beforeEach(() => {
  clock = new SteppedClock();
  stop = new AbortController();
  worked = [];
  errors = [];
  queue = new WorkQueue({ clock, random: () => 1, onError: (key) => errors.push(key) });
});

const collect = (key: string): Promise<undefined> => {
  worked.push(key);
  return Promise.resolve(undefined);
};

async function ended(run: Promise<void>): Promise<void> {
  stop.abort();
  await run;
  expect(clock.pending).toEqual([]);
}

describe('a work queue', () => {
  it('works on a key once however often it was added', async () => {
    for (const key of ['a', 'b', 'a']) queue.add(key);
    expect(queue.depth).toBe(2);
    const run = queue.run(2, collect, stop.signal);
    await settle();
    expect(worked).toEqual(['a', 'b']);
    await ended(run);
  });

  it('works on what is urgent first, also when it waited already', async () => {
    for (const key of ['a', 'b', 'c']) queue.add(key);
    queue.add('c', { urgent: true });
    queue.add('c');
    expect(queue.depth).toBe(3);
    const run = queue.run(1, collect, stop.signal);
    await settle();
    expect(worked).toEqual(['c', 'a', 'b']);
    await ended(run);
  });

  it('never works on a key twice at a time, and comes back to it when it was added meanwhile', async () => {
    const gates: (() => void)[] = [];
    const handler = async (key: string): Promise<undefined> => {
      worked.push(key);
      await new Promise<void>((resolve) => gates.push(resolve));
      return undefined;
    };
    const run = queue.run(3, handler, stop.signal);
    queue.add('a');
    await settle();
    queue.add('a');
    queue.add('a');
    await settle();
    expect(worked).toEqual(['a']);
    gates[0]?.();
    await settle();
    expect(worked).toEqual(['a', 'a']);
    gates[1]?.();
    await settle();
    expect(worked).toEqual(['a', 'a']);
    await ended(run);
  });

  it('brings a failed key back later and later, and starts small again after a success', async () => {
    let failures = 3;
    const handler = async (key: string): Promise<undefined> => {
      await collect(key);
      failures -= 1;
      if (failures >= 0) throw new Error('no');
      return undefined;
    };
    queue.add('a');
    const run = queue.run(1, handler, stop.signal);
    const waits: (number | undefined)[] = [];
    for (let i = 0; i < 3; i += 1) {
      await settle();
      waits.push(clock.pending[0]);
      await clock.advance(clock.pending[0] ?? 0);
    }
    expect(waits).toEqual([200, 400, 800]);
    expect(worked).toHaveLength(4);
    failures = 1;
    queue.add('a');
    await settle();
    expect(clock.pending).toEqual([200]);
    expect(errors).toHaveLength(4);
    await ended(run);
  });

  it.each<[string, () => Promise<number | undefined>]>([
    ['fails', () => Promise.reject(new Error('conflict'))],
    ['asks to be called again', () => Promise.resolve(200)],
    [
      'is added once more while it is worked on',
      () => {
        queue.add('urgent', { urgent: true });
        return Promise.resolve(undefined);
      },
    ],
  ])('keeps an urgent one urgent that %s', async (_what, first) => {
    let tries = 0;
    const gate = Promise.withResolvers<undefined>();
    const handler = async (key: string): Promise<number | undefined> => {
      worked.push(key);
      if (key === 'urgent' && (tries += 1) === 1) return await first();
      if (key === 'first') await gate.promise;
      return undefined;
    };
    queue.add('urgent', { urgent: true });
    for (const key of ['first', 'second', 'third']) queue.add(key);
    const run = queue.run(1, handler, stop.signal);
    await settle();
    await clock.advance(200);
    gate.resolve(undefined);
    await settle();
    const seconds = worked.lastIndexOf('urgent') < worked.indexOf('second');
    expect([seconds, worked.filter((key) => key === 'urgent').length]).toEqual([true, 2]);
    await ended(run);
  });

  it('waits as long as the API server asks', async () => {
    queue.add('a');
    const run = queue.run(1, () => Promise.reject(tooManyRequests(9)), stop.signal);
    await settle();
    expect(clock.pending).toEqual([9000]);
    await ended(run);
  });

  it('comes back when the handler asks for it, the earliest wish counting', async () => {
    let first = true;
    const handler = async (key: string): Promise<number | undefined> => {
      await collect(key);
      const again = first ? 5000 : undefined;
      first = false;
      return again;
    };
    queue.add('a');
    const run = queue.run(1, handler, stop.signal);
    await settle();
    queue.addAfter('a', 9000);
    queue.addAfter('a', 1000);
    expect(queue.delayed).toBe(1);
    await clock.advance(1000);
    expect(worked).toEqual(['a', 'a']);
    await clock.advance(10_000);
    expect(worked).toEqual(['a', 'a']);
    await ended(run);
  });

  it('waits for what runs when it is stopped, and starts nothing more', async () => {
    const gate = Promise.withResolvers<undefined>();
    const handler = async (key: string): Promise<undefined> => {
      worked.push(key);
      return gate.promise;
    };
    queue.add('a');
    queue.add('b');
    const run = queue.run(1, handler, stop.signal);
    await settle();
    stop.abort();
    gate.resolve(undefined);
    await run;
    expect(worked).toEqual(['a']);
  });
});
