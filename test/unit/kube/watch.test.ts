import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { KubeApi } from '../../../kube/api.ts';
import { createKubeApi } from '../../../kube/client.ts';
import { TransportError } from '../../../kube/errors.ts';
import { nodes } from '../../../kube/resources.ts';
import { SteppedClock } from '../../fakes/clock.ts';
import { HttpApi, sendStatus } from '../../fakes/http-api.ts';

let api: HttpApi;
let clock: SteppedClock;
let kube: KubeApi;

beforeEach(async () => {
  api = await HttpApi.start();
  clock = new SteppedClock();
  kube = createKubeApi(api.config(), { clock, userAgent: 'test/1', random: () => 0 });
});
afterEach(() => api.close());

const failure = (work: Promise<unknown>): Promise<Error> =>
  work.then(
    () => Promise.reject(new Error('Expected a rejection')),
    (error: unknown) => error as Error,
  );

describe('a watch', () => {
  const names = async (stream: AsyncIterable<{ type: string; object: unknown }>): Promise<string[]> => {
    const seen: string[] = [];
    for await (const event of stream) {
      seen.push(`${event.type} ${(event.object as { metadata: { name: string } }).metadata.name}`);
    }
    return seen;
  };
  const line = (type: string, name: string): string =>
    `${JSON.stringify({ type, object: { metadata: { name } } })}\n`;
  const watch = (signal?: AbortSignal) =>
    names(
      kube.watch(nodes, { resourceVersion: '5', allowWatchBookmarks: true, ...(signal ? { signal } : {}) }),
    );

  it('decodes events however the chunks fall', async () => {
    const bytes = Buffer.from(line('ADDED', 'knöd') + line('MODIFIED', 'b'));
    api.always((_, response) => {
      const step = (index: number): void => {
        if (index >= bytes.length) response.end();
        else response.write(bytes.subarray(index, index + 1), () => step(index + 1));
      };
      step(0);
    });
    expect(await watch()).toEqual(['ADDED knöd', 'MODIFIED b']);
    expect(api.requests[0]?.query.toString()).toBe('resourceVersion=5&watch=true&allowWatchBookmarks=true');
  });

  it('throws when the stream ends inside a line', async () => {
    api.always((_, response) => response.end(line('ADDED', 'a') + '{"type":"MOD'));
    await expect(watch()).rejects.toThrow('broke off inside an event');
  });

  it('throws when the connection is reset', async () => {
    api.always((_, response) =>
      response.write(line('ADDED', 'a'), () => setImmediate(() => response.socket?.resetAndDestroy())),
    );
    await expect(watch()).rejects.toBeInstanceOf(TransportError);
  });

  it('throws the status of a refusal', async () => {
    api.always(sendStatus(410, 'Expired'));
    await expect(watch()).rejects.toMatchObject({ code: 410 });
  });

  it('has no time limit once it runs, and ends when the caller aborts', async () => {
    api.always((_, response) => response.write(line('ADDED', 'a')));
    const controller = new AbortController();
    const seen: string[] = [];
    const work = (async () => {
      const options = { resourceVersion: '5', signal: controller.signal };
      for await (const event of kube.watch(nodes, options)) seen.push(event.type);
    })();
    const error = failure(work);
    while (seen.length === 0) await turn();
    expect(clock.pending).toEqual([]);
    controller.abort(new Error('stop'));
    expect((await error).message).toBe('stop');
  });

  it('fails at the time limit when it does not start', async () => {
    api.always(() => undefined);
    const error = failure(watch());
    await clock.untilSleeping();
    await clock.advance(30_000);
    expect(await error).toMatchObject({ timedOut: true });
  });
});
