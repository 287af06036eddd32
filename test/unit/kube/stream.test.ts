import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createKubeApi } from '../../../kube/client.ts';
import { podLogPath } from '../../../kube/pod-log.ts';
import { SteppedClock } from '../../fakes/clock.ts';
import { HttpApi, sendStatus } from '../../fakes/http-api.ts';

const PATH = podLogPath({ namespace: 'a', name: 'b' }, { container: 'agent', follow: true });

describe('an answer without end', () => {
  let api: HttpApi;
  let clock: SteppedClock;
  const kube = () => createKubeApi(api.config(), { clock, userAgent: 'test/1' });

  beforeEach(async () => {
    api = await HttpApi.start();
    clock = new SteppedClock();
  });
  afterEach(() => api.close());

  it('comes piece by piece, with no character cut in two, for longer than a request may take', async () => {
    const bytes = Buffer.from('grün\n');
    let finish = (): unknown => undefined;
    api.always((_, response) => {
      response.write(bytes.subarray(0, 3));
      finish = () => response.end(bytes.subarray(3));
    });
    const pieces: string[] = [];
    for await (const piece of kube().stream(PATH)) {
      pieces.push(piece);
      await clock.advance(60_000);
      finish();
    }
    expect(pieces.join('')).toBe('grün\n');
    expect(pieces.join('|')).not.toContain('\ufffd');
    expect(api.requests).toMatchObject([{ method: 'GET', path: '/api/v1/namespaces/a/pods/b/log' }]);
    expect(Object.fromEntries(api.requests[0]?.query ?? [])).toEqual({ container: 'agent', follow: 'true' });
  });

  it('ends when the caller aborts', async () => {
    api.always((_, response) => void response.write('x\n'));
    const stop = new AbortController();
    const read = async () => {
      for await (const piece of kube().stream(PATH, { signal: stop.signal })) {
        expect(piece).toBe('x\n');
        stop.abort(new Error('enough'));
      }
    };
    await expect(read()).rejects.toThrow('enough');
  });

  it('rejects with what the API server says', async () => {
    api.always(sendStatus(404, 'NotFound', { message: 'pods "b" not found', details: { name: 'b' } }));
    await expect(kube().stream(PATH)[Symbol.asyncIterator]().next()).rejects.toThrow('pods "b" not found');
  });
});
