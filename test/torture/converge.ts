import { AssertionError } from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { LabError } from '../../lab/errors.ts';

/** What an agent that is left alone needs on a translated machine, boot and all, several times over. */
const LIMIT_S = 300;

/** Asks until the check passes and gives the seconds that took; after the limit it rejects with what is still wrong. */
export async function untilRight(check: () => Promise<void>): Promise<number> {
  const began = performance.now();
  for (;;) {
    const seconds = (performance.now() - began) / 1000;
    try {
      await check();
      return seconds;
    } catch (error) {
      // A program that is not done yet in the guest fails as such: a filesystem that is not mounted, an array that is not there.
      const mayPass = error instanceof AssertionError || error instanceof LabError;
      if (!mayPass || seconds > LIMIT_S) throw error;
    }
    await delay(1000);
  }
}
