import { expect, test } from 'vitest';
import { probe } from '../../../../agent/discover/probe.ts';
import { CommandError, type Host } from '../../../../agent/host/host.ts';

/** A host on which blkid ends so. */
function blkid(exitCode: number, stdout = '', stderr = ''): Host {
  const run = (command: readonly string[]) =>
    exitCode === 0
      ? Promise.resolve({ stdout, stderr })
      : Promise.reject(new CommandError(command, { exitCode, stderr, timedOut: false }));
  return { run } as Partial<Host> as Host;
}

test('a device without a signature has none', async () => {
  expect(await probe(blkid(2), '/dev/nvme1n1')).toEqual({});
});

test('a device with more than one signature is not taken for one without', async () => {
  expect(await probe(blkid(8), '/dev/nvme1n1')).toEqual({ TYPE: 'ambivalent' });
});

test.each([
  ['complains', 2, 'error: /dev/nvme1n1: Input/output error'],
  ['fails', 4, ''],
  ['is killed', 137, ''],
])('a blkid that %s has told nothing', async (_, exitCode, stderr) => {
  await expect(probe(blkid(exitCode, '', stderr), '/dev/nvme1n1')).rejects.toThrow(CommandError);
});
