import { describe, expect, it } from 'vitest';
import type { NVMeProfile, NVMeProfileSpecInput } from '../../../../api/profile.ts';
import { checkProfile } from '../../../../webhook/admission/check-profile.ts';
import type { AdmissionRequest } from '../../../../webhook/admission/review.ts';
import { nvmeProfile } from '../../../builders/objects.ts';

const selector = { matchLabels: { disk: 'nvme' } };

function request(spec: NVMeProfileSpecInput, more: Partial<AdmissionRequest> = {}): AdmissionRequest {
  return {
    uid: 'u1',
    operation: 'CREATE',
    group: 'kubectl-nvme.dev',
    resource: 'nvmeprofiles',
    subResource: '',
    object: { metadata: { name: 'mine' }, spec: { nodeSelector: selector, ...spec } },
    oldObject: null,
    ...more,
  };
}
const named = (name: string, spec: NVMeProfileSpecInput): NVMeProfile =>
  nvmeProfile({ metadata: { name }, spec });

describe('checking a profile', () => {
  it('lets a plain one pass without a word', () => {
    expect(
      checkProfile(request({ layout: { type: 'RAID', raid: { level: 0, chunk: '512Ki' } } }), []),
    ).toEqual({
      result: 'profile-valid',
      response: { uid: 'u1', allowed: true },
    });
  });

  it.each<[string, NVMeProfileSpecInput, string]>([
    ['an odd chunk', { layout: { type: 'RAID', raid: { chunk: '100Ki' } } }, 'power of two'],
    ['a small chunk', { layout: { type: 'RAID', raid: { chunk: '2Ki' } } }, 'power of two'],
    ['a block of another layout', { layout: { type: 'Swap', raid: { level: 0 } } }, 'spec.layout.raid'],
    [
      'RAID 10 of one drive',
      { layout: { type: 'RAID', raid: { level: 10 } }, drives: { minCount: 1 } },
      '2 or more',
    ],
    ['a volume group called ..', { layout: { type: 'LVM', lvm: { vgName: '..' } } }, 'LVM refuses'],
    ['a filesystem mounted read-only', { layout: { filesystem: { mountOptions: ['ro'] } } }, 'written to'],
    ['a sysctl of another part', { layout: { type: 'Swap', swap: { sysctls: { 'net.x': '1' } } } }, 'net.x'],
    [
      'Block volumes that are to be emptied',
      { layout: { type: 'Block' }, volumes: { clean: 'Delete' } },
      'no files',
    ],
    ['a class name with dots in a row', { volumes: { storageClassName: 'a..b' } }, 'a..b'],
    ['a pattern that is wanted and not wanted', { drives: { include: ['x*'], exclude: ['x*'] } }, 'both'],
    ['drives that are all excluded', { drives: { exclude: ['*'], minCount: 1 } }, 'minCount 1'],
    ['a taint key with two slashes', { taints: [{ key: 'a/b/c', effect: 'NoSchedule' }] }, 'a/b/c'],
    [
      'a taint prefix of 254 characters',
      { taints: [{ key: `${'a'.repeat(254)}/x`, effect: 'NoSchedule' }] },
      'taint key',
    ],
    [
      'a taint of Kubernetes',
      { taints: [{ key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' }] },
      'manages',
    ],
    [
      'a taint value of 64 characters',
      { taints: [{ key: 'x', value: 'a'.repeat(64), effect: 'NoSchedule' }] },
      'value',
    ],
    [
      'the same taint twice',
      {
        taints: [
          { key: 'x', effect: 'NoSchedule' },
          { key: 'x', value: '1', effect: 'NoSchedule' },
        ],
      },
      'once',
    ],
    ['a label key with a space', { nodeSelector: { matchLabels: { 'a b': 'c' } } }, 'a b'],
    [
      'In without values',
      { nodeSelector: { matchExpressions: [{ key: 'a', operator: 'In' }] } },
      'Expected values with In of a',
    ],
  ])('denies %s, and says where', (_, spec, message) => {
    const { result, response } = checkProfile(request(spec), []);
    expect([result, response.allowed, response.status?.code]).toEqual(['profile-impossible', false, 422]);
    expect(response.status?.message).toContain(message);
    expect(response.status?.message).toMatch(/^spec\./);
  });

  it('names every problem at once', () => {
    const spec = {
      layout: { type: 'RAID' as const, raid: { chunk: '3Ki' } },
      drives: { include: ['a'], exclude: ['a'] },
    };
    expect(checkProfile(request(spec), []).response.status?.message.split('; ')).toHaveLength(2);
  });

  it.each<[string, NVMeProfileSpecInput, string]>([
    ['an empty selector', { nodeSelector: {} }, 'matches every node'],
    ['automatic wiping', { existingData: 'Wipe' }, 'formatted'],
    ['a regular expression', { drives: { include: ['^nvme.*'] } }, 'globs'],
    [
      'volumes of a layout that has none',
      { layout: { type: 'Swap' }, volumes: { clean: 'Delete' } },
      'no effect',
    ],
  ])('warns of %s', (_, spec, warning) => {
    const { response } = checkProfile(request(spec), []);
    expect(response.allowed).toBe(true);
    expect(response.warnings?.join()).toContain(warning);
  });

  it('warns of another profile for the same nodes at the same priority, and says which wins', () => {
    const others = [
      named('mine', { nodeSelector: selector }),
      named('aaa', { nodeSelector: { matchLabels: { zone: 'x' } } }),
      named('higher', { nodeSelector: selector, priority: 1 }),
      named('disjoint', { nodeSelector: { matchLabels: { disk: 'hdd' } } }),
    ];
    const { warnings = [] } = checkProfile(request({}), others).response;
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain('NVMeProfile aaa may match the same nodes at priority 0 too: aaa wins');
  });

  it('leaves alone what is not a profile being written, and an update that leaves the spec as it was', () => {
    const bad = { layout: { type: 'RAID' as const, raid: { chunk: '3Ki' } } };
    const old = request(bad).object;
    const cases = [
      request(bad, { resource: 'nodes' }),
      request(bad, { operation: 'DELETE' }),
      request(bad, { operation: 'UPDATE', oldObject: old }),
    ];
    expect(cases.map((one) => checkProfile(one, []).response.allowed)).toEqual([true, true, true]);
  });

  it('checks without the other profiles while they are not known', () => {
    expect(checkProfile(request({}), undefined).response).toEqual({ uid: 'u1', allowed: true });
  });
});
