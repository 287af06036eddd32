import { describe, expect, it } from 'vitest';
import type { NVMeNode } from '../../../../api/node.ts';
import type { NVMeProfile } from '../../../../api/profile.ts';
import { intentOf } from '../../../../agent/run/intent.ts';
import type { Observation } from '../../../../agent/run/observe.ts';
import { node, nvmeNode, nvmeProfile } from '../../../builders/objects.ts';

function observation(
  nvme: Pick<NVMeNode, 'spec' | 'status'>,
  profile?: NVMeProfile['spec'],
  paused = false,
): Observation {
  return {
    node: node(),
    publishing: { name: 'n1', uid: 'u', hostname: 'n1' },
    nvme: { ...nvmeNode(), ...nvme },
    volumes: [],
    ...(paused ? { pause: { by: 'alice', why: 'maintenance' } } : {}),
    ...(profile === undefined ? {} : { profile: { ...nvmeProfile(), spec: profile } }),
  };
}
const request = { id: 'r1', type: 'setup' as const };

describe('intentOf', () => {
  it('begins by itself under an Automatic profile', () => {
    expect(intentOf(observation({}, {}))).toMatchObject({ mayBegin: true, waitingForRequest: false });
  });

  it('begins nothing without a profile', () => {
    expect(intentOf(observation({}))).toMatchObject({ mayBegin: false, hasProfile: false });
  });

  it('begins nothing on a paused node, not even on request', () => {
    expect(intentOf(observation({ spec: { request } }, { setup: 'Manual' }, true)).mayBegin).toBe(false);
  });

  it('waits for a request under a Manual profile', () => {
    expect(intentOf(observation({}, { setup: 'Manual' }))).toMatchObject({
      mayBegin: false,
      waitingForRequest: true,
    });
  });

  it('carries out a new request, and the same one no second time', () => {
    expect(intentOf(observation({ spec: { request } }, { setup: 'Manual' }))).toMatchObject({
      mayBegin: true,
      request,
    });
    const seen = { spec: { request }, status: { observedRequestID: 'r1' } };
    expect(intentOf(observation(seen, { setup: 'Manual' }))).toMatchObject({ mayBegin: false });
  });

  it('goes on with a request that a crash interrupted', () => {
    const status = { observedRequestID: 'r1', progress: { step: 1, of: 3, name: 'x', requestID: 'r1' } };
    expect(intentOf(observation({ spec: { request }, status }, { setup: 'Manual' })).mayBegin).toBe(true);
  });

  it.each(['setup', 'reset'] as const)(
    'takes the progress of what it does by itself for no word of an old %s',
    (type) => {
      const progress = { step: 1, of: 3, name: 'x' };
      const status = { observedRequestID: 'r1', progress };
      const intent = intentOf(observation({ spec: { request: { id: 'r1', type } }, status }, {}));
      expect(intent).not.toHaveProperty('reset');
      expect(intent).not.toHaveProperty('ordered');
    },
  );

  it('takes overrides of the node as a layout of its own', () => {
    const spec = { request, overrides: { layout: { type: 'RAID' as const } } };
    const intent = intentOf(observation({ spec }));
    expect(intent).toMatchObject({ mayBegin: true, hasProfile: true, spec: { layout: { type: 'RAID' } } });
  });
});
