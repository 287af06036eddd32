import { describe, expect, it } from 'vitest';
import { waitFor } from '../../../../lab/wait.ts';

const signal = new AbortController().signal;

describe('waiting', () => {
  it('ends with the first answer', async () => {
    const answers = [undefined, undefined, 'yes'];

    expect(
      await waitFor('it', { timeoutMs: 5_000, intervalMs: 1, signal }, () =>
        Promise.resolve(answers.shift()),
      ),
    ).toBe('yes');
  });

  it('says what it waited for and what it saw last when time is up', async () => {
    const options = { timeoutMs: 0, intervalMs: 1, signal, lastSeen: () => 'HTTP 500' };

    await expect(waitFor('the server', options, () => Promise.resolve(undefined))).rejects.toThrow(
      'waited 0 s for the server; last seen: HTTP 500',
    );
  });

  it('ends at once when it is interrupted', async () => {
    const interrupt = new AbortController();
    const options = { timeoutMs: 60_000, signal: interrupt.signal };
    const waiting = waitFor('it', options, () => Promise.resolve(undefined));

    interrupt.abort(new Error('stop'));

    await expect(waiting).rejects.toThrow();
  });
});
