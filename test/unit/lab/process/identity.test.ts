import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { isRunning, processIdentity, residentBytes } from '../../../../lab/process/identity.ts';

describe('the identity of a process', () => {
  it('is running while the process lives, and not when it is gone', async () => {
    const child = spawn('sleep', ['60']);
    const identity = processIdentity(child.pid ?? 0);
    expect(identity !== undefined && isRunning(identity)).toBe(true);

    child.kill('SIGKILL');
    await once(child, 'close');

    expect(identity !== undefined && isRunning(identity)).toBe(false);
  });

  it('is not that of a later process with the same pid, nor of one before the machine’s last boot', () => {
    const own = processIdentity(process.pid);
    if (own === undefined) throw new Error('this process has no identity');

    expect(isRunning({ ...own, startTime: own.startTime - 1 })).toBe(false);
    expect(isRunning({ ...own, bootID: 'another' })).toBe(false);
    expect(isRunning(own)).toBe(true);
  });

  it('tells the memory of a running process only', () => {
    const own = processIdentity(process.pid);
    if (own === undefined) throw new Error('this process has no identity');

    expect(residentBytes(own)).toBeGreaterThan(2 ** 20);
    expect(residentBytes({ ...own, startTime: 0 })).toBe(0);
  });
});
