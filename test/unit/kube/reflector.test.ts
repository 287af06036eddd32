import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createKubeApi } from '../../../kube/client.ts';
import { Reflector, type ReflectorOptions } from '../../../kube/reflector.ts';
import { nodes, type Node } from '../../../kube/resources.ts';
import { node } from '../../builders/objects.ts';
import { SteppedClock } from '../../fakes/clock.ts';
import { HttpApi, reset, sendJson, sendStatus, type Answer } from '../../fakes/http-api.ts';

let api: HttpApi;
let clock: SteppedClock;
let stop: AbortController;
let running: Promise<void>;
let reflector: Reflector<Node>;
let seen: string[];
let errors: Error[];

beforeEach(async () => {
  api = await HttpApi.start();
  clock = new SteppedClock();
  stop = new AbortController();
  running = Promise.resolve();
  seen = [];
  errors = [];
});
afterEach(async () => {
  stop.abort();
  await running;
  expect(clock.pending).toEqual([]);
  await api.close();
});

function start(options: Partial<ReflectorOptions<Node>> = {}): void {
  const random = (): number => 0;
  const kube = createKubeApi(api.config(), { clock, userAgent: 'test/1', random });
  const onError = (error: unknown): number => errors.push(error as Error);
  reflector = new Reflector({ kube, clock, type: nodes, random, onError, ...options });
  reflector.subscribe((change) => seen.push(`${change.kind} ${change.object.metadata?.name ?? ''}`));
  running = reflector.run(stop.signal);
}

/** Lets sockets work, and time pass where somebody waits for less than a request's limit, until it is so. */
async function until(condition: () => boolean): Promise<void> {
  for (let round = 0; round < 5000; round += 1) {
    if (condition()) return;
    await turn();
    const [soonest] = clock.pending;
    if (soonest !== undefined && soonest < 25_000) await clock.advance(soonest);
  }
  throw new Error(`Never came true; seen: ${seen.join(', ')}; errors: ${errors.map(String).join(', ')}`);
}

const stored = (name: string, version: string, uid = name): Node =>
  node({ metadata: { name, uid, resourceVersion: version } });

const list =
  (version: string, items: Node[], token?: string): Answer =>
  (_, response) =>
    sendJson(response, { metadata: { resourceVersion: version, continue: token ?? '' }, items });

const line = (type: string, object: unknown): string => `${JSON.stringify({ type, object })}\n`;

/** A watch that sends lines and stays open, or ends. */
const watch =
  (lines: string[], end = false): Answer =>
  (_, response) => {
    response.writeHead(200);
    for (const text of lines) response.write(text);
    if (end) response.end();
    else response.flushHeaders();
  };

const requests = (): string[] =>
  api.requests.map((request) =>
    request.query.has('watch') ? `watch ${request.query.get('resourceVersion') ?? ''}` : 'list',
  );

const bookmark = (version: string): string => line('BOOKMARK', { metadata: { resourceVersion: version } });

describe('a reflector', () => {
  it('lists by pages, then watches from that version with bookmarks', async () => {
    api.next(
      list('10', [stored('a', '1')], 'more'),
      list('10', [stored('b', '2')]),
      watch([
        line('MODIFIED', stored('a', '11')),
        line('DELETED', stored('b', '12')),
        line('ADDED', stored('c', '13')),
      ]),
    );
    start({ labelSelector: 'x=y' });
    await reflector.waitForSync();
    await until(() => seen.length === 5);
    expect(seen).toEqual(['added a', 'added b', 'updated a', 'deleted b', 'added c']);
    expect(requests()).toEqual(['list', 'list', 'watch 10']);
    expect(api.requests[2]?.query.toString()).toBe(
      'labelSelector=x%3Dy&resourceVersion=10&watch=true&allowWatchBookmarks=true&timeoutSeconds=300',
    );
    expect(reflector.store.get('a')?.metadata?.resourceVersion).toBe('11');
  });

  it('is not synced before the whole list is there', async () => {
    api.next(list('10', [stored('a', '1')], 'more'), sendStatus(403, 'Forbidden'));
    api.always(() => undefined);
    start();
    await until(() => errors.length === 1);
    expect(reflector.synced()).toBe(false);
    expect(seen).toEqual([]);
  });

  it('goes on from the last bookmark when the server ends the watch', async () => {
    api.next(list('10', []), watch([bookmark('20')], true), watch([line('ADDED', stored('a', '21'))]));
    start();
    await until(() => seen.length === 1);
    expect(requests()).toEqual(['list', 'watch 10', 'watch 20']);
    expect(errors).toEqual([]);
  });

  it('survives a first list that fails', async () => {
    api.next(
      sendStatus(403, 'Forbidden'),
      reset,
      reset,
      reset,
      reset,
      list('10', [stored('a', '1')]),
      watch([]),
    );
    start();
    await until(() => seen.length === 1);
    expect(errors).toHaveLength(2);
  });

  it.each<[string, Answer]>([
    ['a reset', reset],
    [
      'a reset in the middle',
      (_, response) => response.write(bookmark('10'), () => response.socket?.resetAndDestroy()),
    ],
    ['a 429', sendStatus(429, 'TooManyRequests', {}, { 'Retry-After': '3' })],
    ['a 500', sendStatus(500, 'InternalError')],
    ['a half line', (_, response) => response.end('{"type":"ADDED","object":{"meta')],
    ['a line that is no JSON', (_, response) => response.end('<html>\n')],
    ['an ERROR event', watch([line('ERROR', { kind: 'Status', code: 500, message: 'etcd' })])],
  ])('watches again from where it was after %s', async (_, fault) => {
    api.next(list('10', []), fault, watch([line('ADDED', stored('a', '11'))]));
    start();
    await until(() => seen.length === 1);
    expect(requests()).toEqual(['list', 'watch 10', 'watch 10']);
    expect(errors).toHaveLength(1);
  });

  it('waits as long as Retry-After says', async () => {
    api.next(list('10', []), sendStatus(429, 'TooManyRequests', {}, { 'Retry-After': '9' }));
    api.always(watch([]));
    start();
    for (let round = 0; errors.length === 0 && round < 5000; round += 1) await turn();
    await clock.advance(8999);
    expect(requests()).toEqual(['list', 'watch 10']);
    await clock.advance(1);
    await until(() => requests().length === 3);
  });

  it.each<[string, Answer]>([
    ['as a status', sendStatus(410, 'Expired')],
    ['as an ERROR event', watch([line('ERROR', { kind: 'Status', code: 410, reason: 'Expired' })])],
  ])('lists anew after a 410 %s, and tells what went missing meanwhile', async (_, gone) => {
    api.next(
      list('10', [stored('a', '1'), stored('b', '2'), stored('c', '3')]),
      gone,
      list('90', [stored('a', '1'), stored('c', '80'), stored('d', '85')]),
      watch([]),
    );
    start();
    await until(() => requests().length === 4);
    expect(seen.slice(3)).toEqual(['deleted b', 'updated c', 'added d']);
    expect(requests()[3]).toBe('watch 90');
  });

  it('tells a deletion and an addition when an object comes back with another UID', async () => {
    api.next(list('10', [stored('a', '1', 'old')]), watch([line('ADDED', stored('a', '12', 'new'))]));
    start();
    await until(() => seen.length === 3);
    expect(seen).toEqual(['added a', 'deleted a', 'added a']);
  });

  /** Lets a watch be silent for as long as one may be, and a moment less before. */
  async function silence(watches: number): Promise<void> {
    await until(() => reflector.counts.watches === watches && clock.pending.includes(90_000));
    await until(() => clock.pending.length === 1);
    await clock.advance(89_999);
    expect(reflector.counts.watches).toBe(watches);
    await clock.advance(1);
  }

  it('gives up a watch that went silent, and goes on from the last version where that can be heard again', async () => {
    api.next(list('10', []), watch([bookmark('11')]), watch([line('ADDED', stored('a', '15'))]));
    start();
    await silence(1);
    await until(() => seen.length === 1);
    expect(requests()).toEqual(['list', 'watch 10', 'watch 11']);
    expect(errors[0]?.message).toContain('silent for 90 s');
  });

  it('doubts its version when the next watch is silent too', async () => {
    api.next(list('10', []), watch([]), watch([]), list('5', [stored('a', '4')]));
    api.always(watch([]));
    start();
    await silence(1);
    await silence(2);
    await until(() => seen.length === 1);
    expect(requests().slice(0, 4)).toEqual(['list', 'watch 10', 'watch 10', 'list']);
  });

  it('slows down when the server closes each watch at once', async () => {
    api.next(list('10', []));
    api.always((request, response) =>
      request.query.has('watch')
        ? response.end()
        : sendJson(response, { metadata: { resourceVersion: '10' }, items: [] }),
    );
    start();
    const begin = clock.now();
    await until(() => requests().length === 9);
    expect(clock.now() - begin).toBe(50 * (2 ** 7 - 1));
  });

  it('doubts its version after five failed watches in a row', async () => {
    api.next(
      list('10', []),
      ...Array<Answer>(5).fill(sendStatus(504, 'Timeout')),
      list('5', [stored('a', '4')]),
    );
    api.always(watch([]));
    start();
    await until(() => seen.length === 1);
    expect(requests().filter((request) => request === 'list')).toHaveLength(2);
  });

  it('lists anew from time to time', async () => {
    api.always((request, response) =>
      request.query.has('watch')
        ? watch([bookmark('10')], true)(request, response)
        : sendJson(response, { metadata: { resourceVersion: '10' }, items: [] }),
    );
    start({ relistMs: 1000 });
    await until(() => reflector.counts.lists === 3);
    expect(reflector.counts.watches).toBeGreaterThan(15);
  });

  it('starts the list anew in one piece when its pages expire', async () => {
    api.next(
      list('10', [stored('a', '1')], 'more'),
      sendStatus(410, 'Expired'),
      list('12', [stored('b', '2')]),
    );
    api.always(watch([]));
    start();
    await until(() => reflector.synced());
    expect(seen).toEqual(['added b']);
  });

  it('keeps only what the projection leaves', async () => {
    const fat = { ...stored('a', '1'), status: { images: [{ names: ['x'] }], phase: 'Running' } } as Node;
    Object.assign(fat.metadata ?? {}, { managedFields: [{ manager: 'x' }] });
    api.next(list('10', [fat]), watch([]));
    start();
    await until(() => reflector.synced());
    const kept = reflector.store.get('a');
    expect(kept?.status).toEqual({ phase: 'Running' });
    expect(kept?.metadata).not.toHaveProperty('managedFields');
  });

  it('keeps going when a handler throws', async () => {
    api.next(list('10', [stored('a', '1')]), watch([line('ADDED', stored('b', '11'))]));
    start();
    reflector.subscribe(() => {
      throw new Error('broken handler');
    });
    await until(() => seen.length === 2);
    expect(errors.map((error) => error.message)).toEqual(['broken handler', 'broken handler']);
  });

  it('tells a late subscriber what it knows, and stops telling when asked', async () => {
    api.next(list('10', [stored('a', '1')]), watch([]));
    start();
    await until(() => reflector.synced());
    const late: string[] = [];
    const unsubscribe = reflector.subscribe((change) => late.push(change.kind));
    unsubscribe();
    expect(late).toEqual(['added']);
  });

  it('ends with its signal, and so does waiting for it', async () => {
    api.always(() => undefined);
    start();
    const waiting = reflector.waitForSync(stop.signal);
    await until(() => requests().length === 1);
    stop.abort(new Error('shutting down'));
    await expect(waiting).rejects.toThrow('shutting down');
    await running;
    expect(errors).toEqual([]);
  });
});
