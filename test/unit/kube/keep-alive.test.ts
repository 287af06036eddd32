import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createKubeApi } from '../../../kube/client.ts';
import { pods } from '../../../kube/resources.ts';
import { SteppedClock } from '../../fakes/clock.ts';
import { HttpApi } from '../../fakes/http-api.ts';

/** The timer of a socket in /proc/net/tcp that asks an idle peer whether it is still there. */
const KEEP_ALIVE = '02';
/** /proc/net/tcp tells times in jiffies of 10 ms, whatever the kernel's own tick. */
const JIFFIES_A_SECOND = 100;

describe.skipIf(process.platform !== 'linux')('the connection of a watch', () => {
  let api: HttpApi;
  beforeEach(async () => {
    api = await HttpApi.start();
  });
  afterEach(() => api.close());

  /** Our ends of the connections to the server: the kind of the running timer, and its seconds. */
  function timers(): { kind: string; seconds: number }[] {
    const port = Number(new URL(api.config().server).port);
    const remote = `0100007F:${port.toString(16).toUpperCase().padStart(4, '0')}`;
    const rows = readFileSync('/proc/net/tcp', 'utf8').split('\n').slice(1);
    return rows
      .map((row) => row.trim().split(/\s+/))
      .filter((columns) => columns[2] === remote)
      .map((columns) => {
        const [kind = '', when = ''] = (columns[5] ?? '').split(':');
        return { kind, seconds: parseInt(when, 16) / JIFFIES_A_SECOND };
      });
  }

  it('is asked by the kernel after half a minute of silence whether its other end is still there', async () => {
    const heard = Promise.withResolvers<undefined>();
    api.always((_, response) => {
      response.writeHead(200).write('{"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"2"}}}\n');
    });
    const stop = new AbortController();
    const kube = createKubeApi(api.config(), { clock: new SteppedClock(), userAgent: 'test/1' });
    const read = async (): Promise<void> => {
      for await (const event of kube.watch(pods, { resourceVersion: '1', signal: stop.signal })) {
        if (event.type === 'BOOKMARK') heard.resolve(undefined);
      }
    };
    const reading = read();
    await heard.promise;
    const [timer] = timers();
    stop.abort(new Error('over'));
    await expect(reading).rejects.toThrow('over');
    expect(timer?.kind).toBe(KEEP_ALIVE);
    expect(timer?.seconds).toBeGreaterThan(20);
    expect(timer?.seconds).toBeLessThanOrEqual(30);
  });
});
