import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { KubeApi } from '../../../kube/api.ts';
import { createKubeApi } from '../../../kube/client.ts';
import { nodes, type Node } from '../../../kube/resources.ts';
import { SteppedClock } from '../../fakes/clock.ts';
import { HttpApi, sendJson, sendStatus, type Answer } from '../../fakes/http-api.ts';

let api: HttpApi;
let clock: SteppedClock;
let kube: KubeApi;

beforeEach(async () => {
  api = await HttpApi.start();
  clock = new SteppedClock();
  kube = createKubeApi(api.config(), { clock, userAgent: 'test/1', random: () => 0 });
});
afterEach(() => api.close());

const event = (type: string, metadata: object): string =>
  `${JSON.stringify({ type, object: { metadata } })}\n`;
const END = event('BOOKMARK', { annotations: { 'k8s.io/initial-events-end': 'true' } });

/** A stream that stays open behind what it says, as a watch does. */
const stream =
  (...lines: string[]): Answer =>
  (_, response) =>
    void response.write(lines.join(''));
const page: Answer = (_, response) =>
  sendJson(response, { kind: 'NodeList', metadata: {}, items: [{ metadata: { name: 'paged' } }] });
const names = async (project?: (node: Node) => Node): Promise<unknown[]> => {
  const { items } = await kube.listAll(nodes, { streamed: true, ...(project ? { project } : {}) });
  return items.map(({ metadata }) => metadata?.name);
};

describe('a streamed list', () => {
  it('is the objects in front of the bookmark that ends it, each reduced as it comes', async () => {
    api.always(
      stream(event('ADDED', { name: 'a' }), event('BOOKMARK', {}), event('ADDED', { name: 'b' }), END),
    );
    expect(await names(({ metadata }) => ({ metadata: { name: `${metadata?.name ?? ''}!` } }))).toEqual([
      'a!',
      'b!',
    ]);
    expect(Object.fromEntries(api.requests[0]?.query ?? [])).toEqual({
      watch: 'true',
      sendInitialEvents: 'true',
      resourceVersionMatch: 'NotOlderThan',
      allowWatchBookmarks: 'true',
    });
  });

  it.each([
    ['refused by an older server', sendStatus(422, 'Invalid')],
    ['forbidden to an account that may only list', sendStatus(403, 'Forbidden')],
    ['an error in the stream', stream(event('ADDED', { name: 'a' }), event('ERROR', {}))],
    [
      'a stream that ends before its bookmark',
      ((_, response) => response.end(event('ADDED', { name: 'a' }))) satisfies Answer,
    ],
  ])('is pages after %s', async (_, first) => {
    api.next(first, page);
    expect(await names()).toEqual(['paged']);
  });

  it('may take longer than the time limit as long as objects come', async () => {
    let say: (text: string) => void = () => undefined;
    api.always((_, response) => {
      say = (text) => void response.write(text);
      say(event('ADDED', { name: 'a' }));
    });
    const seen: string[] = [];
    const list = names((node) => {
      seen.push(node.metadata?.name ?? '');
      return node;
    });
    for (const name of ['b', 'c']) {
      await expect.poll(() => seen.length).toBe(name === 'b' ? 1 : 2);
      await clock.advance(20_000);
      say(event('ADDED', { name }));
    }
    await expect.poll(() => seen.length).toBe(3);
    say(END);
    expect(await list).toEqual(['a', 'b', 'c']);
  });

  it('ends at the time limit when the server never comes to the bookmark', async () => {
    api.always(stream(event('ADDED', { name: 'a' })));
    const failure = names().catch((error: unknown) => String(error));
    await clock.untilSleeping();
    await clock.advance(30_000);
    expect(await failure).toMatch(/no answer from .* within 30 s/);
  });
});

describe('a list of names', () => {
  it('is the first column of the server’s table', async () => {
    api.always((_, response) =>
      sendJson(response, { kind: 'Table', rows: [{ cells: ['a', 'Ready'] }, { cells: ['b'] }] }),
    );
    expect(await kube.listNames(nodes)).toEqual(['a', 'b']);
    expect(api.requests[0]?.headers.accept).toContain('as=Table');
    expect(api.requests[0]?.query.get('includeObject')).toBe('None');
  });

  it('is empty where the server has no rows', async () => {
    api.always((_, response) => sendJson(response, { kind: 'Table', rows: null }));
    expect(await kube.listNames(nodes)).toEqual([]);
  });
});
