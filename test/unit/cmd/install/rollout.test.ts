import { describe, expect, it } from 'vitest';
import { daemonSetRollout, deploymentRollout } from '../../../../cmd/install/rollout.ts';
import type { DaemonSet, Deployment } from '../../../../kube/resources.ts';

const deployment = (status: Deployment['status']): Deployment => ({
  metadata: { generation: 2 },
  spec: { replicas: 2, selector: {}, template: {} },
  ...(status ? { status } : {}),
});

const daemonSet = (counts: Partial<NonNullable<DaemonSet['status']>>): DaemonSet => ({
  metadata: { generation: 2 },
  status: {
    ...{ observedGeneration: 2, currentNumberScheduled: 3, desiredNumberScheduled: 3 },
    ...{ numberMisscheduled: 0, numberReady: 0, ...counts },
  },
});

describe('a Deployment', () => {
  it.each([
    [undefined, 'its change is not observed yet'],
    [
      { observedGeneration: 1, replicas: 2, updatedReplicas: 2, availableReplicas: 2 },
      'its change is not observed yet',
    ],
    [{ observedGeneration: 2, replicas: 2, updatedReplicas: 1 }, '1 of 2 replicas are updated'],
    [
      { observedGeneration: 2, replicas: 3, updatedReplicas: 2, availableReplicas: 3 },
      '1 old replicas are not gone yet',
    ],
    [{ observedGeneration: 2, replicas: 2, updatedReplicas: 2 }, '0 of 2 updated replicas are available'],
  ])('with status %j is not rolled out: %s', (status, missing) => {
    expect(deploymentRollout(deployment(status))).toEqual({ done: false, missing });
  });

  it('is rolled out when all replicas are new and available', () => {
    const status = { observedGeneration: 2, replicas: 2, updatedReplicas: 2, availableReplicas: 2 };
    expect(deploymentRollout(deployment(status))).toEqual({ done: true });
  });

  it('that is not there is not rolled out', () => {
    expect(deploymentRollout(undefined)).toMatchObject({ done: false });
  });
});

describe('a DaemonSet', () => {
  it.each([
    [{ observedGeneration: 1 }, 'its change is not observed yet'],
    [{ updatedNumberScheduled: 2 }, '2 of 3 pods are updated'],
    [{ updatedNumberScheduled: 3, numberAvailable: 1 }, '1 of 3 updated pods are available'],
  ])('with counts %j is not rolled out: %s', (counts, missing) => {
    expect(daemonSetRollout(daemonSet(counts))).toEqual({ done: false, missing });
  });

  it('is rolled out when every node’s pod is new and available, also when there is no node', () => {
    expect(daemonSetRollout(daemonSet({ updatedNumberScheduled: 3, numberAvailable: 3 }))).toEqual({
      done: true,
    });
    expect(daemonSetRollout(daemonSet({ desiredNumberScheduled: 0 }))).toEqual({ done: true });
  });
});
