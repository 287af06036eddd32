import { describe, expect, it } from 'vitest';
import { API_VERSION } from '../../../api/group.ts';
import { STARTUP_TAINT_KEY } from '../../../api/keys.ts';
import { handsOff, missingTaints, profileFor } from '../../../api/matching.ts';
import type { NVMeProfile, NVMeProfileSpecInput } from '../../../api/profile.ts';

const profile = (name: string, spec: NVMeProfileSpecInput): NVMeProfile => ({
  apiVersion: API_VERSION,
  kind: 'NVMeProfile',
  metadata: { name },
  spec,
});
const node = { metadata: { labels: { disk: 'nvme', zone: 'a' } } };

describe('profileFor', () => {
  it('finds none when no selector matches', () => {
    const profiles = [profile('x', { nodeSelector: { matchLabels: { disk: 'hdd' } } })];
    expect(profileFor(node, profiles)).toBeUndefined();
  });

  it('takes the highest priority, then the first name', () => {
    const low = profile('a', { priority: 1 });
    const second = profile('c', { priority: 5 });
    const first = profile('b', { priority: 5 });
    expect(profileFor(node, [low, second, first])?.name).toBe('b');
  });

  it('matches every node with an empty selector', () => {
    expect(profileFor({}, [profile('all', {})])?.name).toBe('all');
  });

  it.each([
    ['In', ['nvme'], true],
    ['In', ['hdd'], false],
    ['NotIn', ['hdd'], true],
    ['NotIn', ['nvme'], false],
    ['Exists', undefined, true],
    ['DoesNotExist', undefined, false],
  ] as const)('understands %s %j', (operator, values, matches) => {
    const requirement = { key: 'disk', operator, ...(values ? { values: [...values] } : {}) };
    const found = profileFor(node, [profile('x', { nodeSelector: { matchExpressions: [requirement] } })]);
    expect(found !== undefined).toBe(matches);
  });

  it('counts a missing label as not in the set', () => {
    const requirement = { key: 'absent', operator: 'NotIn' as const, values: ['x'] };
    expect(
      profileFor(node, [profile('x', { nodeSelector: { matchExpressions: [requirement] } })]),
    ).toBeDefined();
  });
});

describe('missingTaints', () => {
  const wanted = [{ key: STARTUP_TAINT_KEY, effect: 'NoSchedule' as const }];

  it('wants all on a node without taints', () => {
    expect(missingTaints({}, wanted)).toEqual(wanted);
  });

  it('takes the same key with another effect as another taint', () => {
    const present = [{ key: STARTUP_TAINT_KEY, effect: 'NoExecute' as const }];
    expect(missingTaints({ spec: { taints: present } }, wanted)).toEqual(wanted);
  });

  it('wants nothing twice', () => {
    const present = [{ key: STARTUP_TAINT_KEY, effect: 'NoSchedule' as const, value: 'x' }];
    expect(missingTaints({ spec: { taints: present } }, wanted)).toEqual([]);
  });

  it('names a taint once that a profile repeats: the API server refuses a Node with both', () => {
    expect(missingTaints({}, [...wanted, ...wanted])).toEqual(wanted);
  });
});

describe('handsOff', () => {
  it.each([
    ['kubectl-nvme.dev/exempt', 'exempt'],
    ['kubectl-nvme.dev/paused', 'paused'],
    ['other', undefined],
  ])('reads the annotation %s as %s', (key, reason) => {
    expect(handsOff({ metadata: { annotations: { [key]: '' } } })).toBe(reason);
  });
});
