import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { labContext, type LabContext } from '../../../lab/context.ts';
import {
  claimLabDir,
  labDir,
  labNames,
  removeAbandonedLabs,
  writeLabRecord,
  type LabRecord,
} from '../../../lab/lab-record.ts';
import { processIdentity } from '../../../lab/process/identity.ts';
import { spawnTracked } from '../../../lab/process/tracked.ts';
import { isRunning } from '../../../lab/process/identity.ts';
import { temporaryFolder } from '../../builders/temporary-folder.ts';

function context(): LabContext {
  const home = temporaryFolder();
  const signal = new AbortController().signal;
  return labContext({ env: {}, home, progress: () => undefined, signal, lifetime: 'owner' });
}

function record(overrides: Partial<LabRecord> = {}): LabRecord {
  const ports = { apiServer: 1, etcdClient: 2, etcdPeer: 3 };
  return { name: 'x', createdAt: '2026-11-22T00:00:00Z', ports, started: true, ...overrides };
}

describe('the state folder of a lab', () => {
  it('belongs to one of two that ask for the name at once', async () => {
    const ctx = context();
    const results = await Promise.allSettled([claimLabDir(ctx, 'x'), claimLabDir(ctx, 'x')]);

    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await labNames(ctx)).toEqual(['x']);
  });

  it.each(['', '-x', 'X', 'a/b', '..', 'x'.repeat(31)])('is never made for the name `%s`', (name) => {
    expect(() => labDir(context(), name)).toThrow(/is no lab name/);
  });

  it('lies in the XDG state folder when there is one', () => {
    const signal = new AbortController().signal;
    const given = { home: '/home/a', progress: () => undefined, signal, lifetime: 'detached' } as const;

    expect(labDir(labContext({ ...given, env: {} }), 'x')).toBe('/home/a/.local/state/kubectl-nvme/labs/x');
    expect(labDir(labContext({ ...given, env: { XDG_STATE_HOME: '/s' } }), 'x')).toBe(
      '/s/kubectl-nvme/labs/x',
    );
  });
});

describe('a lab whose owner is gone', () => {
  it('is removed with the processes it left; others stay', async () => {
    const ctx = context();
    const own = processIdentity(process.pid);
    if (own === undefined) throw new Error('this process has no identity');
    const gone = await claimLabDir(ctx, 'gone');
    await writeLabRecord(gone, record({ name: 'gone', owner: { ...own, startTime: 0 } }));
    const env = { PATH: process.env.PATH };
    const left = await spawnTracked(gone, {
      name: 'etcd',
      command: ['sleep', '60'],
      env,
      diesWithParent: true,
    });
    await writeLabRecord(await claimLabDir(ctx, 'mine'), record({ name: 'mine', owner: own }));
    await writeLabRecord(await claimLabDir(ctx, 'detached'), record({ name: 'detached' }));

    expect(await removeAbandonedLabs(ctx)).toEqual(['gone']);

    expect(await labNames(ctx)).toEqual(['detached', 'mine']);
    expect(isRunning(left)).toBe(false);
    expect(existsSync(join(ctx.labsDir, 'gone'))).toBe(false);
  });
});
