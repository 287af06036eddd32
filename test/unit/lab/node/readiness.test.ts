import { describe, expect, it } from 'vitest';
import { notReadyReason } from '../../../../lab/node/readiness.ts';
import { nodeObject } from '../../../builders/lab-machine.ts';

describe('a Node of a lab', () => {
  it('is ready when the kubelet of the guest’s boot says so', () => {
    expect(notReadyReason(nodeObject(), 'boot-1')).toBeUndefined();
  });

  it('is not ready while only an earlier boot said so', () => {
    expect(notReadyReason(nodeObject(), 'boot-2')).toMatch(/has not reported yet/);
  });

  it('is not ready before the cloud’s controller has initialized it', () => {
    const taints = [{ key: 'node.cloudprovider.kubernetes.io/uninitialized', effect: 'NoSchedule' }];

    expect(notReadyReason(nodeObject({ spec: { taints } }), 'boot-1')).toMatch(/not initialized/);
  });

  it('says the condition’s reason', () => {
    const status = {
      nodeInfo: { bootID: 'boot-1' },
      conditions: [{ type: 'Ready', status: 'False', reason: 'KubeletNotReady' }],
    };

    expect(notReadyReason(nodeObject({ status }), 'boot-1')).toBe('Ready is False (KubeletNotReady)');
  });
});
