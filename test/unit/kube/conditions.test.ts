import { describe, expect, it } from 'vitest';
import type { Condition } from '../../../api/meta.ts';
import { nodeConditionPatch, setCondition } from '../../../kube/conditions.ts';
import { node } from '../../builders/objects.ts';
import { applyJsonPatch } from '../../fakes/kube-patching.ts';

const [T1, T2] = ['2026-01-01T00:00:00Z', '2026-01-01T00:01:00Z'];

const ready = (status: Condition['status'], message = 'm'): Omit<Condition, 'lastTransitionTime'> => ({
  type: 'Ready',
  status,
  reason: 'AsExpected',
  message,
});

describe('a condition of a custom resource', () => {
  it('is added with the time of now', () => {
    expect(setCondition<Condition>(undefined, ready('True'), T1)).toEqual([
      { ...ready('True'), lastTransitionTime: T1 },
    ]);
  });

  it('keeps its transition time while the status stays, and gets a new one when it changes', () => {
    const list = setCondition<Condition>(undefined, ready('True'), T1);
    expect(setCondition(list, ready('True', 'other'), T2)[0]).toMatchObject({
      message: 'other',
      lastTransitionTime: T1,
    });
    expect(setCondition(list, ready('False'), T2)[0]?.lastTransitionTime).toBe(T2);
  });

  it('gives the same list back when nothing differs', () => {
    const list = setCondition<Condition>(undefined, ready('True'), T1);
    expect(setCondition(list, ready('True'), T2)).toBe(list);
    expect(setCondition(list, { ...ready('True'), observedGeneration: 2 }, T2)).not.toBe(list);
  });
});

describe('a condition of a Node', () => {
  const wanted = { type: 'x/DisksReady', status: 'True', reason: 'VolumesPublished', message: 'm' } as const;

  it('is added behind the kubelet’s, and replaced in its place', () => {
    const first = applyJsonPatch(node(), nodeConditionPatch(node(), wanted, T1));
    expect(first.status?.conditions).toEqual([
      { type: 'Ready', status: 'True' },
      { ...wanted, lastHeartbeatTime: T1, lastTransitionTime: T1 },
    ]);
    const operations = nodeConditionPatch(first, { ...wanted, status: 'False' }, T2);
    expect(operations[0]).toEqual({ op: 'test', path: '/status/conditions/1/type', value: 'x/DisksReady' });
    expect(applyJsonPatch(first, operations).status?.conditions?.[1]).toMatchObject({
      status: 'False',
      lastTransitionTime: T2,
    });
  });

  it('starts the list on a Node that has none', () => {
    const bare = node({ status: { conditions: undefined } } as never);
    delete bare.status?.conditions;
    expect(applyJsonPatch(bare, nodeConditionPatch(bare, wanted, T1)).status?.conditions).toHaveLength(1);
  });

  it('needs no patch when it stands already', () => {
    const first = applyJsonPatch(node(), nodeConditionPatch(node(), wanted, T1));
    expect(nodeConditionPatch(first, wanted, T2)).toEqual([]);
  });
});
