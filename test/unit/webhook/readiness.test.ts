import { Registry } from 'prom-client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AnswerCounts } from '../../../kube/answer-counts.ts';
import { ApiError } from '../../../kube/errors.ts';
import { nvmeProfiles } from '../../../kube/resources.ts';
import { createLogger } from '../../../logging/logger.ts';
import { assemble, type Parts } from '../../../webhook/parts.ts';
import { nvmeProfile } from '../../builders/objects.ts';
import { webhookOptions } from '../../builders/webhook-options.ts';
import { settle, SteppedClock } from '../../fakes/clock.ts';
import { FakeKube } from '../../fakes/kube.ts';

const HOUR = 3_600_000;

describe('a replica is not ready', () => {
  let clock: SteppedClock;
  let kube: FakeKube;
  let parts: Parts;
  let stop: AbortController;
  let running: Promise<unknown>;

  beforeEach(() => {
    clock = new SteppedClock();
    kube = new FakeKube(clock);
    kube.add(nvmeProfiles, nvmeProfile());
    stop = new AbortController();
    running = Promise.resolve();
  });
  afterEach(async () => {
    stop.abort(new Error('over'));
    await running;
    await parts.admission?.close(0);
  });

  async function start(...flags: string[]): Promise<void> {
    const options = await webhookOptions('--port=0', '--bind-address=127.0.0.1', ...flags);
    const logger = createLogger(() => undefined, clock);
    parts = assemble(options, { kube, clock, logger, answers: new AnswerCounts() }, new Registry());
    running = parts.run(stop.signal);
  }

  /** Until that and nothing else is in the way. */
  async function until(...reasons: string[]): Promise<void> {
    const isSo = (): boolean => JSON.stringify(parts.notReady()) === JSON.stringify(reasons);
    for (let turn = 0; turn < 300 && !isSo(); turn += 1) {
      await clock.advance(100);
      await settle(20);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    expect(parts.notReady()).toEqual(reasons);
  }

  /** The API server refuses these calls until the returned function is called. */
  function refuse(method: 'list' | 'create' | '*', resource: string): () => void {
    let refuses = true;
    const refusal = new ApiError(503, { message: 'away' }, 'the API server');
    const answer = (): Promise<void> => (refuses ? Promise.reject(refusal) : Promise.resolve());
    kube.before(method, resource, answer, Infinity);
    return () => (refuses = false);
  }

  it('before anything has begun', async () => {
    const options = await webhookOptions();
    const logger = createLogger(() => undefined, clock);
    parts = assemble(options, { kube, clock, logger, answers: new AnswerCounts() }, new Registry());
    expect(parts.notReady()).toEqual(
      expect.arrayContaining([
        'not listening: there is no certificate yet',
        'not registered with the API server yet',
        'the profiles are not known yet',
        'the cache of volumes is not filled yet',
      ]),
    );
  });

  it('while the profiles cannot be read, and is then', async () => {
    const allow = refuse('list', 'nvmeprofiles');
    await start('--no-controllers');
    await until('the profiles are not known yet');
    allow();
    await until();
  });

  it('while a cache of its controllers is not filled, and is then', async () => {
    const allow = refuse('list', 'pods');
    await start();
    await until('the cache of pods is not filled yet');
    allow();
    await until();
  });

  it('while it cannot register, and is then', async () => {
    const allow = refuse('create', 'mutatingwebhookconfigurations');
    await start();
    await until('not registered with the API server yet');
    allow();
    await until();
  });

  it('once its certificate has ended, because nothing could be renewed', async () => {
    await start('--no-controllers', '--leaf-lifetime=1h');
    await until();
    refuse('*', '*');
    await clock.advance(2 * HOUR);
    await until('the certificate has expired');
  });
});
