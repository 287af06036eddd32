import { expect, it } from 'vitest';
import { EventRecorder } from '../../../../../kube/events.ts';
import { SpdkEvents } from '../../../../../webhook/controllers/spdk/events.ts';
import { keptDeployment } from '../../../../builders/spdk-deployment.ts';
import { SteppedClock } from '../../../../fakes/clock.ts';
import { FakeKube } from '../../../../fakes/kube.ts';

it('tells a problem once, and remembers nothing of Deployments that are gone', async () => {
  const clock = new SteppedClock();
  const recorder = new EventRecorder({
    ...{ kube: new FakeKube(clock), clock, component: 'nvme-webhook', instance: 'test' },
  });
  const told = new SpdkEvents(recorder);
  const deployment = keptDeployment({ pages: 1 });
  const { uid = '' } = deployment.metadata ?? {};
  expect([told.held(deployment, 'too many'), told.held(deployment, 'too many')]).toEqual([true, false]);
  told.keep(new Set([uid]));
  expect(told.held(deployment, 'too many')).toBe(false);
  told.keep(new Set());
  expect(told.held(deployment, 'too many')).toBe(true);
  await recorder.flush();
});
