import { describe, expect, it } from 'vitest';
import type { Snapshot } from '../../../../api/snapshot.ts';
import { SteppedClock } from '../../../fakes/clock.ts';
import { parseSmart, readSmart } from '../../../../agent/discover/smart.ts';
import { withSmart } from '../../../../agent/discover/with-smart.ts';
import { CommandError, type Host } from '../../../../agent/host/host.ts';

/** As nvme-cli 2.4 (Debian 12) prints it, shortened. */
const LOG = `{
  "critical_warning" : 0,
  "temperature" : 310,
  "avail_spare" : 100,
  "spare_thresh" : 10,
  "percent_used" : 3,
  "media_errors" : 0,
  "num_err_log_entries" : 12
}`;

const hostThat = (run: Host['run']): Host => ({ run }) as unknown as Host;
const failing = (error: Error): Host => hostThat(() => Promise.reject(error));
const failure = new CommandError(['nvme'], {
  exitCode: 1,
  stderr: 'Operation not supported',
  timedOut: false,
});

describe('the SMART log', () => {
  it('is read as nvme-cli prints it', () => {
    expect(parseSmart(LOG)).toEqual({
      availableSpare: 100,
      percentageUsed: 3,
      mediaErrors: 0,
      temperature: 310,
      criticalWarning: 0,
    });
  });

  it('is read from later versions, which tell the warning’s bits one by one', () => {
    const log = '{"critical_warning":{"value":4,"available_spare":0},"media_errors":"7"}';
    expect(parseSmart(log)).toEqual({ criticalWarning: 4, mediaErrors: 7 });
  });

  it('is asked of the drive with a limit, as JSON', async () => {
    const asked: unknown[] = [];
    const host = hostThat((command, options) => {
      asked.push(command, options?.timeoutMs);
      return Promise.resolve({ stdout: LOG, stderr: '' });
    });
    await readSmart(host, '/dev/nvme1n1', undefined);
    expect(asked).toEqual([['nvme', 'smart-log', '-o', 'json', '/dev/nvme1n1'], 5000]);
  });

  it('is absent when the drive gives none, nvme-cli is missing, or prints something else', async () => {
    expect(await readSmart(failing(failure), '/dev/nvme1n1', undefined)).toBeUndefined();
    const chatty = hostThat(() => Promise.resolve({ stdout: 'usage: nvme', stderr: '' }));
    expect(await readSmart(chatty, '/dev/nvme1n1', undefined)).toBeUndefined();
  });

  it('does not hide that the agent is stopping', async () => {
    const stop = new AbortController();
    stop.abort(new Error('stopping'));
    await expect(readSmart(failing(failure), '/dev/nvme1n1', stop.signal)).rejects.toThrow('stopping');
  });
});

describe('discovery with SMART logs', () => {
  const machine: Snapshot = {
    version: 1,
    lsblk: { blockdevices: [] },
    nvme: { '/dev/nvme0n1': { nsid: 1 }, '/dev/nvme1n1': { nsid: 1 } },
    blkid: { '/dev/nvme1n1': {}, '/dev/sda': {} },
  };

  function bench() {
    const clock = new SteppedClock();
    const asked: string[] = [];
    const host = hostThat((command) => {
      asked.push(command.at(-1) ?? '');
      return Promise.resolve({ stdout: LOG, stderr: '' });
    });
    const seen = { snapshot: machine };
    const discover = withSmart(() => Promise.resolve(seen.snapshot), { host, clock });
    return { clock, asked, seen, discover: () => discover(new AbortController().signal) };
  }

  it('asks only drives that could be local', async () => {
    const { asked, discover } = bench();
    const { nvme } = await discover();
    expect(asked).toEqual(['/dev/nvme1n1']);
    expect(nvme).toMatchObject({ '/dev/nvme1n1': { nsid: 1, smart: { percentageUsed: 3 } } });
    expect(nvme?.['/dev/nvme0n1']).toEqual({ nsid: 1 });
  });

  it('asks once an hour, however often the machine is looked at', async () => {
    const { clock, asked, discover } = bench();
    await discover();
    await clock.advance(59 * 60_000);
    expect((await discover()).nvme?.['/dev/nvme1n1']?.smart).toBeDefined();
    expect(asked).toHaveLength(1);
    await clock.advance(60_000);
    await discover();
    expect(asked).toHaveLength(2);
  });

  it('asks a new drive at once, also one that took the name of another', async () => {
    const { asked, seen, discover } = bench();
    await discover();
    seen.snapshot = { ...machine, nvme: {} };
    await discover();
    seen.snapshot = machine;
    await discover();
    expect(asked).toEqual(['/dev/nvme1n1', '/dev/nvme1n1']);
  });
});
