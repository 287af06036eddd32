import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { KubeApi } from '../../../kube/api.ts';
import { createKubeApi } from '../../../kube/client.ts';
import { ApiError, isNotFound, isUnknownKind, TransportError } from '../../../kube/errors.ts';
import { events, nodes, nvmeNodes, pods } from '../../../kube/resources.ts';
import { nvmeNode } from '../../builders/objects.ts';
import { SteppedClock } from '../../fakes/clock.ts';
import { HttpApi, reset, sendJson, sendStatus, type Answer } from '../../fakes/http-api.ts';

let api: HttpApi;
let clock: SteppedClock;
let kube: KubeApi;
let warnings: string[];

beforeEach(async () => {
  api = await HttpApi.start();
  clock = new SteppedClock();
  warnings = [];
  kube = createKubeApi(api.config(), {
    clock,
    userAgent: 'test/1',
    random: () => 0,
    onWarning: (text) => warnings.push(text),
  });
});
afterEach(() => api.close());

const failure = (work: Promise<unknown>): Promise<Error> =>
  work.then(
    () => Promise.reject(new Error('Expected a rejection')),
    (error: unknown) => error as Error,
  );

/** Lets real sockets work and wakes every sleeper at once, until the promise settles; the time limit stays far. */
async function settleWaking<T>(work: Promise<T>): Promise<T> {
  const state = { done: false };
  const finished = work.finally(() => (state.done = true));
  finished.catch(() => undefined);
  while (!state.done) {
    await turn();
    const [soonest] = clock.pending;
    if (soonest !== undefined && soonest < 25_000) await clock.advance(soonest);
  }
  return finished;
}

describe('a request', () => {
  it('goes to the path of its kind with the user agent', async () => {
    api.always((_, response) => sendJson(response, nvmeNode()));
    await kube.get(nvmeNodes, 'n1');
    await kube.get(pods, 'p', { namespace: 'a b' });
    expect(api.requests.map((request) => `${request.method} ${request.path}`)).toEqual([
      'GET /apis/kubectl-nvme.dev/v1alpha1/nvmenodes/n1',
      'GET /api/v1/namespaces/a%20b/pods/p',
    ]);
    expect(api.requests[0]?.headers['user-agent']).toBe('test/1');
  });

  it('is refused without the namespace or the name that it needs', async () => {
    await expect(kube.get(pods, 'p')).rejects.toThrow('A namespace is needed');
    await expect(kube.delete(nodes, '')).rejects.toThrow('Expected the name');
    expect(api.requests).toEqual([]);
  });

  it.each([
    ['json', 'application/json-patch+json', { type: 'json', operations: [{ op: 'remove', path: '/a' }] }],
    ['merge', 'application/merge-patch+json', { type: 'merge', body: { a: 1 } }],
    ['apply', 'application/apply-patch+yaml', { type: 'apply', body: { a: 1 }, force: true }],
  ] as const)('says the content type of a %s patch', async (_, contentType, patch) => {
    await kube.patch(nodes, 'n1', patch as never, {
      fieldManager: 'me',
      dryRun: true,
      subresource: 'status',
    });
    const [request] = api.requests;
    expect(request?.headers['content-type']).toBe(contentType);
    expect(request?.path).toBe('/api/v1/nodes/n1/status');
    expect(request?.query.get('dryRun')).toBe('All');
    expect(request?.query.get('force')).toBe(patch.type === 'apply' ? 'true' : null);
  });

  it('sends the preconditions of a delete in its body', async () => {
    await kube.delete(nodes, 'n1', { uid: 'u', gracePeriodSeconds: 0 });
    expect(JSON.parse(api.requests[0]?.body ?? '')).toMatchObject({
      kind: 'DeleteOptions',
      preconditions: { uid: 'u' },
      gracePeriodSeconds: 0,
    });
  });

  it('sends each impersonated group as a line of its own', async () => {
    const headers = { 'Impersonate-User': 'u', 'Impersonate-Group': ['a', 'b'] };
    const other = createKubeApi(api.config(headers), { clock, userAgent: 'test/1' });
    await other.raw('/version');
    const raw = api.requests[0]?.rawHeaders ?? [];
    expect(raw.filter((name) => name === 'Impersonate-Group')).toHaveLength(2);
  });

  it('hands warnings on', async () => {
    const warning = '299 - "one is \\"old\\"", 299 - "two"';
    api.next((_, response) => sendJson(response, {}, 200, { Warning: warning }));
    await kube.get(nodes, 'n1');
    expect(warnings).toEqual(['one is "old"', 'two']);
  });
});

describe('a list', () => {
  it('gathers all pages and names the kind of each item', async () => {
    const page =
      (name: string, token: string): Answer =>
      (_, response) =>
        sendJson(response, {
          metadata: { continue: token, resourceVersion: '5' },
          items: [{ metadata: { name } }],
        });
    api.next(page('a', 'next'), page('b', ''));
    const list = await kube.listAll(nodes, { labelSelector: 'x=y', limit: 1 });
    expect(list.items.map((item) => item.metadata?.name)).toEqual(['a', 'b']);
    expect(list.items[0]).toMatchObject({ apiVersion: 'v1', kind: 'Node' });
    expect(api.requests[1]?.query.get('continue')).toBe('next');
    expect(api.requests[1]?.query.get('labelSelector')).toBe('x=y');
  });

  it('starts again without pages when the continue token has expired', async () => {
    const first: Answer = (_, response) =>
      sendJson(response, { metadata: { continue: 'old' }, items: [{ metadata: { name: 'a' } }] });
    const whole: Answer = (_, response) =>
      sendJson(response, { metadata: {}, items: [{ metadata: { name: 'a' } }, { metadata: { name: 'b' } }] });
    api.next(first, sendStatus(410, 'Expired'), whole);
    expect((await kube.listAll(nodes)).items).toHaveLength(2);
    expect(api.requests[2]?.query.get('limit')).toBeNull();
  });
});

describe('an error', () => {
  it('is the status that the API server sent', async () => {
    const details = { name: 'x', kind: 'nodes' };
    api.next(sendStatus(404, 'NotFound', { message: 'nodes "x" not found', details }));
    const error = await failure(kube.get(nodes, 'x'));
    expect(error).toBeInstanceOf(ApiError);
    expect(error.message).toBe('nodes "x" not found');
    expect(isNotFound(error)).toBe(true);
  });

  it('of a page that is no Status proves nothing about the object', async () => {
    api.always((_, response) => response.writeHead(404).end('404 page not found'));
    const error = await failure(kube.get(nvmeNodes, 'x'));
    expect(isNotFound(error)).toBe(false);
    expect(isUnknownKind(error)).toBe(true);
    expect(error.message).toContain('404 page not found');
  });

  it('says what came when the answer is no JSON', async () => {
    api.always((_, response) => response.end('<html>login</html>'));
    await expect(kube.get(nodes, 'x')).rejects.toThrow('got `<html>login</html>`');
  });

  it('names the address when nothing listens there', async () => {
    const { url } = api;
    await api.close();
    const error = await settleWaking(failure(kube.get(nodes, 'x')));
    expect(error).toBeInstanceOf(TransportError);
    expect(error.message).toContain(`nothing listens at ${url}`);
    api = await HttpApi.start();
  });

  it('comes at the time limit when the server says nothing', async () => {
    api.always(() => undefined);
    const error = failure(kube.get(nodes, 'x', { timeoutMs: 3000 }));
    await clock.untilSleeping();
    await clock.advance(3000);
    expect(await error).toMatchObject({ timedOut: true });
    expect((await error).message).toContain('within 3 s');
  });

  it('comes at the time limit when the body stops half-way', async () => {
    api.always((_, response) => response.writeHead(200, { 'Content-Length': '99' }).write('{"a"'));
    const error = failure(kube.get(nodes, 'x', { timeoutMs: 3000 }));
    while (api.requests.length === 0) await turn();
    await clock.advance(3000);
    expect(await error).toMatchObject({ timedOut: true });
  });

  it('is the reason of the signal when the caller gives up', async () => {
    api.always(() => undefined);
    const controller = new AbortController();
    const error = failure(kube.get(nodes, 'x', { signal: controller.signal }));
    while (api.requests.length === 0) await turn();
    controller.abort(new Error('enough'));
    expect((await error).message).toBe('enough');
    expect(clock.pending).toEqual([]);
  });
});

describe('retries', () => {
  it('repeat a read after 429, 500, 503 and a reset', async () => {
    api.next(
      sendStatus(429, 'TooManyRequests'),
      sendStatus(500, 'InternalError'),
      sendStatus(503, 'x'),
      reset,
    );
    await settleWaking(kube.get(nodes, 'x'));
    expect(api.requests).toHaveLength(5);
  });

  it('wait as long as Retry-After says', async () => {
    api.next(sendStatus(429, 'TooManyRequests', {}, { 'Retry-After': '7' }));
    const work = kube.get(nodes, 'x');
    await clock.untilSleeping(2);
    while (clock.pending.length < 2) await turn();
    expect(clock.pending[0]).toBe(7050);
    await clock.advance(7050);
    await work;
  });

  it('end with the server’s own answer when the next try would come too late', async () => {
    api.always(sendStatus(429, 'TooManyRequests', {}, { 'Retry-After': '40' }));
    const error = await failure(kube.get(nodes, 'x'));
    expect(error).toMatchObject({ code: 429 });
    expect(api.requests).toHaveLength(1);
  });

  it('never repeat a create that the server may have carried out', async () => {
    api.next(reset);
    expect(await failure(kube.create(nodes, {}))).toBeInstanceOf(TransportError);
    api.next(sendStatus(500, 'InternalError'));
    expect(await failure(kube.create(nodes, {}))).toMatchObject({ code: 500 });
    expect(api.requests).toHaveLength(2);
  });

  it('repeat a create that the server turned away', async () => {
    api.next(sendStatus(429, 'TooManyRequests'));
    await settleWaking(kube.create(events, {} as never, { namespace: 'default' }));
    expect(api.requests).toHaveLength(2);
  });

  it.each([
    ['a JSON patch with a test', true, () => patchNode([{ op: 'test', path: '/a', value: 1 }])],
    ['a JSON patch without a test', false, () => patchNode([{ op: 'add', path: '/a', value: 1 }])],
    ['a merge patch', false, () => kube.patch(nodes, 'x', { type: 'merge', body: {} })],
    ['a delete with a precondition', true, () => kube.delete(nodes, 'x', { uid: 'u' })],
    ['a delete without one', false, () => kube.delete(nodes, 'x')],
    [
      'a replace of a known version',
      true,
      () => kube.replace(nodes, 'x', { metadata: { resourceVersion: '1' } }),
    ],
  ])('of %s after a reset: %s', async (_, repeats, work) => {
    api.next(reset);
    await settleWaking(work().catch(() => undefined));
    expect(api.requests).toHaveLength(repeats ? 2 : 1);
  });

  it('ask for new credentials once after a 401', async () => {
    let token = 'old';
    const credentials = {
      current: () => Promise.resolve({ headers: { Authorization: token }, tls: {} }),
      forget: () => (token = 'new'),
    };
    const other = createKubeApi({ ...api.config(), credentials }, { clock, userAgent: 'test/1' });
    api.always((request, response) =>
      request.headers.authorization === 'new'
        ? sendJson(response, {})
        : sendStatus(401, 'Unauthorized')(request, response),
    );
    await other.get(nodes, 'x');
    expect(api.requests).toHaveLength(2);
  });
});

const patchNode = (operations: never[] | object[]): Promise<unknown> =>
  kube.patch(nodes, 'x', { type: 'json', operations: operations as never[] });
