import { Registry } from 'prom-client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { serveHealth, type HealthServer } from '../../../webhook/health.ts';

let health: HealthServer;
let notReady: string[];
let stuck: string[];

beforeEach(async () => {
  [notReady, stuck] = [[], []];
  health = await serveHealth({
    ...{ port: 0, host: '127.0.0.1', registry: new Registry() },
    ...{ notReady: () => notReady, stuck: () => stuck },
  });
});
afterEach(() => health.close());

async function ask(path: string): Promise<[number, string]> {
  const answer = await fetch(`http://127.0.0.1:${health.port}${path}`);
  return [answer.status, await answer.text()];
}

describe('the health port', () => {
  it('answers ok to both questions while all is well', async () => {
    expect(await ask('/healthz')).toEqual([200, 'ok']);
    expect(await ask('/readyz?verbose')).toEqual([200, 'ok']);
  });

  it('says why it is not ready, which is no reason to restart it', async () => {
    notReady = ['draining', 'the cache of nodes is not filled yet'];
    expect(await ask('/readyz')).toEqual([503, 'draining\nthe cache of nodes is not filled yet']);
    expect(await ask('/healthz')).toEqual([200, 'ok']);
  });

  it('asks for a restart when something is stuck', async () => {
    stuck = ['clean-up has not come to its end for half an hour'];
    expect(await ask('/healthz')).toEqual([503, stuck[0]]);
  });
});
