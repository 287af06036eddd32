import type { LabContext } from '../context.ts';
import { waitFor } from '../wait.ts';
import { isRunning } from './identity.ts';
import { exitedEarly, type TrackedProcess } from './tracked.ts';

/** Comes back when the URL answers 2xx; an error with the end of its log when the process ends before. */
export async function untilReady(ctx: LabContext, record: TrackedProcess, url: string): Promise<void> {
  let lastSeen = 'nothing';
  const options = { timeoutMs: 60_000, signal: ctx.signal, lastSeen: () => lastSeen };
  await waitFor(`${record.name} to be ready`, options, async () => {
    if (!isRunning(record)) throw await exitedEarly(record.name, record.log);
    try {
      const answer = await fetch(url, { signal: AbortSignal.timeout(2000) });
      lastSeen = `HTTP ${answer.status}: ${await answer.text()}`;
      return answer.ok ? true : undefined;
    } catch (error) {
      lastSeen = String(error);
      return undefined;
    }
  });
}
