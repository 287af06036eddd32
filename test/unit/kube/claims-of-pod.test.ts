import { describe, expect, it } from 'vitest';
import { claimsOfPod, podsByClaim } from '../../../kube/claims-of-pod.ts';
import { pod } from '../../builders/objects.ts';

const ephemeral = { name: 'scratch', ephemeral: { volumeClaimTemplate: { spec: {} } } };

describe('the claims of a pod', () => {
  it('are those it names and those made for its ephemeral volumes', () => {
    const one = pod();
    one.spec?.volumes?.push(ephemeral, { name: 'tmp', emptyDir: {} });
    expect(claimsOfPod(one)).toEqual(['data-0', 'db-0-scratch']);
  });

  it('lead to their pods, within one namespace', () => {
    const users = podsByClaim([
      pod(),
      pod({ metadata: { name: 'db-1', namespace: 'default' } }),
      pod({ metadata: { name: 'db-0', namespace: 'other' } }),
    ]);
    const names = [...users].map(([key, pods]) => [key, pods.map(({ metadata }) => metadata?.name)]);
    expect(names).toEqual([
      ['default/data-0', ['db-0', 'db-1']],
      ['other/data-0', ['db-0']],
    ]);
  });
});
