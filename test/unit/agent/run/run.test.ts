import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { STARTUP_TAINT_KEY } from '../../../../api/keys.ts';
import { runAgent } from '../../../../agent/run/run.ts';
import { ApiError, TransportError } from '../../../../kube/errors.ts';
import { nodes, nvmeNodes, nvmeProfiles } from '../../../../kube/resources.ts';
import { createLogger } from '../../../../logging/logger.ts';
import { machine } from '../../../builders/machine.ts';
import { node, nvmeNode, nvmeProfile } from '../../../builders/objects.ts';
import { settle, SteppedClock } from '../../../fakes/clock.ts';
import { FakeKube } from '../../../fakes/kube.ts';
import { SnapshotHost } from '../../../fakes/snapshot-host.ts';

interface Line {
  level: string;
  message: string;
  [field: string]: unknown;
}

describe('the long-running agent', () => {
  let clock: SteppedClock;
  let kube: FakeKube;
  let lines: Line[];
  let stop: AbortController;
  let ended: Promise<void>;

  beforeEach(() => {
    clock = new SteppedClock();
    kube = new FakeKube(clock);
    lines = [];
    stop = new AbortController();
  });

  afterEach(async () => {
    stop.abort(new Error('SIGTERM'));
    await ended;
  });

  /** An agent on a machine without local drives. */
  function start(): void {
    const host = new SnapshotHost(machine({ snapshot: { bootID: 'boot-1' } }));
    const logger = createLogger((line) => void lines.push(JSON.parse(line) as Line), clock);
    const deps = { kube, host, clock, logger, env: { PATH: '/nonexistent' } };
    ended = runAgent({ nodeName: 'n1', healthPort: 0, version: 'test' }, deps, stop.signal);
  }

  async function enrol(): Promise<void> {
    const taints = [{ key: STARTUP_TAINT_KEY, effect: 'NoSchedule' }];
    const { metadata } = kube.add(nodes, node({ spec: { taints } }));
    const owner = { apiVersion: 'v1', kind: 'Node', name: 'n1', uid: metadata?.uid ?? '' };
    kube.add(nvmeProfiles, nvmeProfile());
    kube.add(nvmeNodes, nvmeNode({ metadata: { ownerReferences: [owner], generation: 1 } }));
    await settle(50);
  }

  /** Runs on, moving the clock, until a line with this message is there. */
  async function untilSaid(message: string): Promise<Line> {
    for (let turn = 0; turn < 200; turn += 1) {
      const line = lines.find((one) => one.message.includes(message));
      if (line !== undefined) return line;
      await clock.advance(100);
      await settle(20);
    }
    throw new Error(`Expected a line with \`${message}\`, got ${JSON.stringify(lines, null, 1)}`);
  }

  const taints = (): unknown[] => kube.peek(nodes, 'n1')?.spec?.taints ?? [];

  it('waits for its Node, acts when it is enrolled, and writes nothing after that', async () => {
    start();
    expect(await untilSaid('waiting')).toMatchObject({ for: 'node "n1" has not registered' });
    await enrol();
    expect(await untilSaid('round done')).toMatchObject({ ready: true, reason: 'NoDrives' });
    expect(taints()).toEqual([]);
    await clock.advance(2000);
    kube.calls.length = 0;
    await clock.advance(700_000);
    expect(lines.filter(({ message }) => message === 'round done').length).toBeGreaterThan(2);
    expect(kube.writes).toEqual([]);
  });

  it('writes nothing again and again that the schema in the cluster does not know yet', async () => {
    kube.unknownToSchema.set(nvmeNodes.plural, ['summary']);
    start();
    await enrol();
    await untilSaid('round done');
    await clock.advance(2000);
    kube.calls.length = 0;
    await clock.advance(700_000);
    expect(lines.filter(({ message }) => message === 'round done').length).toBeGreaterThan(2);
    expect(kube.writes).toEqual([]);
    expect(kube.peek(nvmeNodes, 'n1')?.status).not.toHaveProperty('summary');
    // The kinds are brought up to date, as `kubectl nvme upgrade` does it.
    kube.unknownToSchema.clear();
    await clock.advance(3_600_000);
    expect(kube.peek(nvmeNodes, 'n1')?.status?.summary).toMatchObject({ volumes: 0 });
  });

  it('does not look again because of what it wrote itself', async () => {
    start();
    await enrol();
    await untilSaid('round done');
    await clock.advance(60_000);
    expect(lines.filter(({ message }) => message === 'round done').length).toBeLessThan(4);
  });

  it('says that the API server does not answer, and goes on when it does', async () => {
    await enrol();
    kube.fail('get', '*', new TransportError('connect ECONNREFUSED 127.0.0.1:6443', 'GET /'), 3);
    start();
    expect(await untilSaid('the API server does not answer')).toMatchObject({ level: 'error' });
    expect(await untilSaid('round done')).toMatchObject({ ready: true });
  });

  it('says what to do when it has no permission', async () => {
    await enrol();
    const status = { reason: 'Forbidden', message: 'nodes "n1" is forbidden' };
    kube.fail('get', '*', new ApiError(403, status, 'GET /'), 1);
    start();
    const line = await untilSaid('apply manifests/base again');
    expect(line).toMatchObject({ error: 'nodes "n1" is forbidden' });
  });
});
