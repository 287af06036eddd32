import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { linkedAbort } from '../../../kube/linked-abort.ts';

describe('a linked abort', () => {
  it('aborts with the other signal, for its reason, and without it', () => {
    const [first, second] = [new AbortController(), new AbortController()];
    const [follows, leads] = [linkedAbort(first.signal), linkedAbort(second.signal)];
    const reason = new Error('SIGTERM');
    first.abort(reason);
    expect(follows.signal.reason).toBe(reason);
    leads.abort(new Error('done'));
    expect([leads.signal.aborted, second.signal.aborted]).toEqual([true, false]);
    expect(linkedAbort(first.signal).signal.reason).toBe(reason);
    expect(linkedAbort(undefined).signal.aborted).toBe(false);
  });

  it('leaves nothing on the other signal once it is unlinked', () => {
    const outer = new AbortController();
    const links = [linkedAbort(outer.signal), linkedAbort(outer.signal)];
    expect(getEventListeners(outer.signal, 'abort')).toHaveLength(2);
    for (const link of links) link.unlink();
    expect(getEventListeners(outer.signal, 'abort')).toEqual([]);
    outer.abort();
    expect(links[0]?.signal.aborted).toBe(false);
  });
});
