import type { Fault } from './fault-proxy.ts';

/** What an API server and the network before it do to a client at times, by name. */
export const PASSING_FAULTS: readonly (readonly [string, Fault])[] = [
  ['resets', () => ({ kind: 'reset' })],
  ['stalls', () => ({ kind: 'stall' })],
  ['410 of every watch', ({ watch }) => (watch ? { kind: 'status', code: 410 } : undefined)],
  ['429 with Retry-After', () => ({ kind: 'status', code: 429, retryAfter: 1 })],
  ['500', () => ({ kind: 'status', code: 500 })],
  [
    'lists and watches that break off half way',
    ({ method }) => (method === 'GET' ? { kind: 'half' } : undefined),
  ],
];

/** Lists of nodes that lack all but the first `kept`, and no watch, so that each is believed until the next comes. */
export const listsWithoutNodes =
  (kept: number): Fault =>
  ({ path, watch }) => {
    if (path !== '/api/v1/nodes') return undefined;
    if (watch) return { kind: 'status', code: 410 };
    return { kind: 'edit', edit: (list) => (list.items = list.items.slice(0, kept)) };
  };
