import { beforeEach, describe, expect, it } from 'vitest';
import { TransportError } from '../../../kube/errors.ts';
import { EventRecorder, eventTarget } from '../../../kube/events.ts';
import { events, nodes, persistentVolumeClaims } from '../../../kube/resources.ts';
import { claim, node } from '../../builders/objects.ts';
import { SteppedClock, settle } from '../../fakes/clock.ts';
import { forbidden } from '../../fakes/kube-answers.ts';
import { FakeKube } from '../../fakes/kube.ts';

let clock: SteppedClock;
let kube: FakeKube;
let recorder: EventRecorder;
let errors: unknown[];

beforeEach(() => {
  clock = new SteppedClock();
  kube = new FakeKube(clock);
  errors = [];
  let counter = 0;
  const random = (): number => (counter += 1) / 2 ** 32;
  const onError = (error: unknown): number => errors.push(error);
  recorder = new EventRecorder({ kube, clock, component: 'nvme-agent', instance: 'n1', random, onError });
});

const target = eventTarget(nodes, node({ metadata: { name: 'n1', uid: 'u1' } }));
const ready = (message = 'all set'): void => recorder.record(target, 'Normal', 'NVMeReady', message);

describe('the event recorder', () => {
  it('writes a node’s Event to the namespace default, where kubectl looks', async () => {
    ready();
    await recorder.flush();
    expect(kube.objects(events)).toMatchObject([
      {
        metadata: { namespace: 'default' },
        involvedObject: { apiVersion: 'v1', kind: 'Node', name: 'n1', uid: 'u1' },
        reason: 'NVMeReady',
        message: 'all set',
        count: 1,
        source: { component: 'nvme-agent', host: 'n1' },
        firstTimestamp: '2026-01-01T00:00:00Z',
      },
    ]);
  });

  it('writes a claim’s Event beside the claim', async () => {
    recorder.record(eventTarget(persistentVolumeClaims, claim()), 'Warning', 'NVMeOrphanHeld', 'held');
    await recorder.flush();
    expect(kube.objects(events)[0]?.metadata.namespace).toBe('default');
    expect(kube.objects(events)[0]?.involvedObject.namespace).toBe('default');
  });

  it('counts up what it says again', async () => {
    ready();
    await clock.advance(5000);
    ready();
    ready('something else');
    await recorder.flush();
    expect(kube.objects(events).map((event) => [event.message, event.count, event.lastTimestamp])).toEqual([
      ['all set', 2, '2026-01-01T00:00:05Z'],
      ['something else', 1, '2026-01-01T00:00:05Z'],
    ]);
  });

  it('says it anew when the API server has forgotten the first Event', async () => {
    ready();
    await recorder.flush();
    kube.remove(events, kube.objects(events)[0]?.metadata.name ?? '', 'default');
    ready();
    await recorder.flush();
    expect(kube.objects(events)[0]?.count).toBe(1);
  });

  it('lets 25 through about one object, then one in five minutes', async () => {
    for (let i = 0; i < 30; i += 1) ready(`message ${i}`);
    await recorder.flush();
    expect(kube.objects(events)).toHaveLength(25);
    expect(recorder.dropped).toBe(5);
    await clock.advance(300_000);
    ready('later');
    ready('too much');
    await recorder.flush();
    expect(kube.objects(events)).toHaveLength(26);
  });

  it('tries again after a broken connection, and does not write twice', async () => {
    const broken = new TransportError('reset', 'POST');
    kube.fail('create', 'events', broken);
    ready();
    await clock.untilSleeping();
    await clock.advance(1000);
    await recorder.flush();
    expect(kube.objects(events)).toHaveLength(1);
    expect(recorder.dropped).toBe(0);
  });

  it('gives up on a refusal and goes on with the next', async () => {
    kube.fail('create', 'events', forbidden(events, 'create'));
    ready('one');
    ready('two');
    await recorder.flush();
    expect(kube.objects(events).map((event) => event.message)).toEqual(['two']);
    expect(errors).toHaveLength(1);
  });

  it('keeps at most 500 waiting', async () => {
    kube.fail('create', 'events', new TransportError('away', 'POST'), 3);
    for (let i = 0; i < 600; i += 1) {
      recorder.record({ ...target, name: `n${i}` }, 'Normal', 'NVMeReady', 'x');
    }
    await settle();
    await clock.advance(3000);
    await recorder.flush();
    expect(kube.objects(events).length).toBe(500);
    expect(recorder.dropped).toBe(100);
  });

  it('shortens a message that the API server would refuse', async () => {
    ready('x'.repeat(3000));
    await recorder.flush();
    expect(kube.objects(events)[0]?.message).toHaveLength(1024);
  });
});
