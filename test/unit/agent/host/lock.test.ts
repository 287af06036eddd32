import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { LockTimeoutError } from '../../../../agent/host/lock.ts';
import { createHost } from '../../../../agent/host/real-host.ts';
import { systemClock } from '../../../../kube/system-clock.ts';
import { temporaryFolder } from '../../../builders/temporary-folder.ts';

const hostAt = (rootMount: string) => createHost({ rootMount, env: process.env, clock: systemClock() });

test.each([
  ['as it is', 'exec sleep 300'],
  ['as LVM does, closing what it inherited', 'exec 3>&-; exec sleep 300'],
])('a program orphaned by a killed agent keeps the lock until it ends (%s)', async (_, script) => {
  const root = temporaryFolder();
  const ready = join(root, 'ready');
  execFileSync('mkfifo', [ready]);
  const holder = spawn(process.execPath, [
    join(import.meta.dirname, 'lock-holder.main.ts'),
    root,
    `echo $$ > ${ready}; ${script}`,
  ]);
  const orphan = Number(await readFile(ready, 'utf8'));
  try {
    holder.kill('SIGKILL');
    await once(holder, 'exit');
    const refused: unknown = await hostAt(root)
      .withWriteLock(50, () => Promise.resolve('written'))
      .catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(LockTimeoutError);
    expect(refused).toMatchObject({
      path: join(root, 'run/kubectl-nvme/lock'),
    });
    expect(String(refused)).toMatch(/held by timeout .*\(PID \d+\)/);
  } finally {
    process.kill(orphan, 'SIGKILL');
  }
  await expect(hostAt(root).withWriteLock(10_000, () => Promise.resolve('written'))).resolves.toBe('written');
});

test('a second writer waits for the first one', async () => {
  const root = temporaryFolder();
  const order: string[] = [];
  const first = Promise.withResolvers<undefined>();
  const held = Promise.withResolvers<undefined>();
  const one = hostAt(root).withWriteLock(10_000, async () => {
    held.resolve(undefined);
    await first.promise;
    order.push('first');
  });
  await held.promise;
  const two = hostAt(root).withWriteLock(10_000, () => Promise.resolve(order.push('second')));
  first.resolve(undefined);
  await Promise.all([one, two]);
  expect(order).toEqual(['first', 'second']);
});

test('two writers of one process exclude each other too', async () => {
  const host = hostAt(temporaryFolder());
  await host.withWriteLock(10_000, async () => {
    await expect(host.withWriteLock(20, () => Promise.resolve())).rejects.toThrow(/held by .*PID/);
  });
});

test('failed work lets go of the lock', async () => {
  const host = hostAt(temporaryFolder());
  await expect(host.withWriteLock(1000, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  await expect(host.withWriteLock(1000, () => Promise.resolve(1))).resolves.toBe(1);
});

test('refuses to run a writing program outside the lock, or for work that outlived it', async () => {
  const host = hostAt(temporaryFolder());
  await expect(host.run(['true'], { writes: true })).rejects.toThrow(/write lock/);
  const late = Promise.withResolvers<undefined>();
  const straggler = await host.withWriteLock(1000, () =>
    Promise.resolve({ run: late.promise.then(() => host.run(['true'], { writes: true })) }),
  );
  late.resolve(undefined);
  await expect(straggler.run).rejects.toThrow(/write lock/);
});

test('programs that do not write leave the lock alone', async () => {
  const host = hostAt(temporaryFolder());
  const listing = ['sh', '-c', 'readlink /proc/self/fd/3 || echo none'];
  const seen = await host.withWriteLock(1000, async () => [
    (await host.run(listing)).stdout,
    (await host.run(['sh', '-c', 'readlink /proc/$$/fd/3'], { writes: true })).stdout,
  ]);
  expect(seen[0]).not.toContain('kubectl-nvme/lock');
  expect(seen[1]).toContain('kubectl-nvme/lock');
});
