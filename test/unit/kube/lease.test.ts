import { beforeEach, describe, expect, it } from 'vitest';
import { LeaderElection, LeadershipLost, type LeaderElectionOptions } from '../../../kube/lease.ts';
import { leases, type Lease } from '../../../kube/resources.ts';
import { SteppedClock, settle } from '../../fakes/clock.ts';
import { internalError } from '../../fakes/kube-answers.ts';
import { FakeKube } from '../../fakes/kube.ts';

let clock: SteppedClock;
let kube: FakeKube;

beforeEach(() => {
  clock = new SteppedClock();
  kube = new FakeKube(clock);
});

interface Candidate {
  election: LeaderElection;
  /** Aborted when it must stop. */
  stop: AbortController;
  log: string[];
  done: Promise<unknown>;
}

function candidate(identity: string, options: Partial<LeaderElectionOptions> = {}): Candidate {
  const target = { kube, clock, namespace: 'ns', name: 'lease', identity };
  const election = new LeaderElection({ ...target, random: () => 0, ...options });
  const stop = new AbortController();
  const log: string[] = [];
  const lead = async (signal: AbortSignal): Promise<void> => {
    log.push('leads');
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    log.push('stops');
  };
  const run = election.run(lead, stop.signal, (reason) => log.push(`lost: ${reason.message}`));
  return { election, stop, log, done: run.catch((error: unknown) => error) };
}

const lease = (): Lease => kube.peek(leases, 'lease', 'ns') ?? {};

async function end(...candidates: Candidate[]): Promise<void> {
  for (const { stop } of candidates) stop.abort();
  await clock.advance(0);
  await Promise.all(candidates.map(({ done }) => done));
  expect(clock.pending).toEqual([]);
}

describe('leader election', () => {
  it('takes a lease that nobody has, and renews it every 2 s', async () => {
    const a = candidate('a');
    await settle();
    expect(a.log).toEqual(['leads']);
    expect(lease().spec).toMatchObject({
      holderIdentity: 'a',
      leaseDurationSeconds: 15,
      leaseTransitions: 0,
      renewTime: '2026-01-01T00:00:00.000000Z',
    });
    await clock.advance(2000);
    expect(lease().spec?.renewTime).toBe('2026-01-01T00:00:02.000000Z');
    expect(lease().spec?.acquireTime).toBe('2026-01-01T00:00:00.000000Z');
    await end(a);
  });

  it('hands over at once on shutdown: only after the leader’s work has ended, the lease is free', async () => {
    const a = candidate('a');
    await settle();
    const b = candidate('b');
    await clock.advance(4000);
    expect(b.log).toEqual([]);
    expect(b.election.holder).toBe('a');
    a.stop.abort();
    await settle();
    expect(a.log).toEqual(['leads', 'stops']);
    expect(lease().spec?.holderIdentity).toBe('');
    await clock.advance(2000);
    expect(b.log).toEqual(['leads']);
    expect(lease().spec?.leaseTransitions).toBe(1);
    await end(a, b);
  });

  it('takes over 15 s after it saw the last change, whatever the times in the lease say', async () => {
    const spec = {
      holderIdentity: 'dead',
      renewTime: '2001-01-01T00:00:00.000000Z',
      leaseDurationSeconds: 1,
    };
    kube.add(leases, { metadata: { name: 'lease', namespace: 'ns' }, spec });
    const b = candidate('b');
    await clock.advance(14_000);
    expect(b.log).toEqual([]);
    await clock.advance(2000);
    expect(b.log).toEqual(['leads']);
    await end(b);
  });

  it('does not take over while the lease changes', async () => {
    kube.add(leases, { metadata: { name: 'lease', namespace: 'ns' }, spec: { holderIdentity: 'alive' } });
    const b = candidate('b');
    for (let second = 0; second < 60; second += 5) {
      kube.change(leases, 'lease', (it) => (it.spec = { ...it.spec, renewTime: String(second) }), 'ns');
      await clock.advance(5000);
    }
    expect(b.log).toEqual([]);
    await end(b);
  });

  it('stops leading 10 s after the last renewal that worked, and says so at once', async () => {
    const a = candidate('a');
    await settle();
    kube.fail('*', 'leases', internalError(), 100);
    await clock.advance(9000);
    expect(a.election.isLeader()).toBe(true);
    await clock.advance(1000);
    expect(a.election.isLeader()).toBe(false);
    await clock.advance(1000);
    expect(a.log).toEqual(['leads', 'lost: The lease could not be renewed for 10 s', 'stops']);
    expect(await a.done).toBeInstanceOf(LeadershipLost);
    expect(lease().spec?.holderIdentity).toBe('a');
  });

  it('is told in time when the API server hangs', async () => {
    const a = candidate('a');
    await settle();
    kube.before('replace', 'leases', () => new Promise(() => undefined), 10);
    await clock.advance(12_000);
    expect(a.log).toEqual(['leads', 'lost: The lease could not be renewed for 10 s', 'stops']);
  });

  it('never believes to lead after it was frozen for longer than the deadline', async () => {
    const a = candidate('a');
    await settle();
    clock.step(20_000);
    expect(a.election.isLeader()).toBe(false);
    kube.change(leases, 'lease', (it) => (it.spec = { holderIdentity: 'b' }), 'ns');
    await clock.advance(2000);
    expect(a.log).toContain('lost: "b" has taken the lease over');
    await a.done;
    expect(lease().spec?.holderIdentity).toBe('b');
  });

  it('measures with the monotonic clock, so that a step of the wall clock changes nothing', async () => {
    let steady = 0;
    const a = candidate('a', { monotonic: () => steady });
    await settle();
    clock.step(3_600_000);
    expect(a.election.isLeader()).toBe(true);
    steady += 2000;
    await clock.advance(2000);
    expect(a.log).toEqual(['leads']);
    await end(a);
  });

  it('survives a conflict by reading again', async () => {
    const a = candidate('a');
    await settle();
    kube.change(
      leases,
      'lease',
      (it) => (it.metadata = { ...it.metadata, labels: { touched: 'yes' } }),
      'ns',
    );
    await clock.advance(2000);
    expect(lease().spec?.renewTime).toBe('2026-01-01T00:00:02.000000Z');
    await end(a);
  });

  it('gives the lease back also when a renewal that was given up on the way has been written', async () => {
    const a = candidate('a');
    await settle();
    const renewed = (it: Lease): unknown =>
      (it.spec = { ...it.spec, renewTime: '2026-01-01T00:00:01.000000Z' });
    kube.change(leases, 'lease', renewed, 'ns');
    await end(a);
    expect(lease().spec?.holderIdentity).toBe('');
  });

  it('does not take the lease from another who has it by the time it is given back', async () => {
    const a = candidate('a');
    await settle();
    kube.change(leases, 'lease', (it) => (it.spec = { ...it.spec, holderIdentity: 'b' }), 'ns');
    await end(a);
    expect(lease().spec?.holderIdentity).toBe('b');
  });

  it('lets exactly one of two win a race for a free lease', async () => {
    const [a, b] = [candidate('a'), candidate('b')];
    await clock.advance(6000);
    expect([...a.log, ...b.log]).toEqual(['leads']);
    await end(a, b);
  });
});
