import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { API_VERSION } from '../../../api/group.ts';
import type { NVMeProfileSpecInput } from '../../../api/profile.ts';
import { nvmeProfiles } from '../../../kube/resources.ts';
import { openScene, type Scene } from './scene.ts';

describe('a profile that somebody applies', () => {
  let scene: Scene;

  beforeAll(async () => {
    scene = await openScene('profiles');
  });
  afterAll(() => scene.close());

  const apply = (spec: NVMeProfileSpecInput): Promise<string> =>
    scene.kube
      .create(
        nvmeProfiles,
        { apiVersion: API_VERSION, kind: 'NVMeProfile', metadata: { name: 'profiles-tried' }, spec },
        { dryRun: true },
      )
      .then(
        () => 'accepted',
        (error: unknown) => String(error),
      );
  const selected = { nodeSelector: { matchLabels: { 'test.kubectl-nvme.dev/scene': 'other' } } };

  it.each<[string, NVMeProfileSpecInput, string]>([
    ['an odd chunk', { layout: { type: 'RAID', raid: { chunk: '100Ki' } } }, 'power of two'],
    [
      'a block of another layout',
      { layout: { type: 'Block', swap: { encrypt: true } } },
      'only for layout.type Swap',
    ],
    ['a volume group called ..', { layout: { type: 'LVM', lvm: { vgName: '..' } } }, 'LVM refuses'],
    [
      'a read-only filesystem',
      { layout: { type: 'RAID', filesystem: { mountOptions: ['ro'] } } },
      'writable',
    ],
    ['a taint of Kubernetes', { taints: [{ key: 'node.kubernetes.io/x', effect: 'NoSchedule' }] }, 'manages'],
    [
      'a taint that comes twice',
      {
        taints: [
          { key: 'x', effect: 'NoSchedule' },
          { key: 'x', effect: 'NoSchedule' },
        ],
      },
      'only once',
    ],
    [
      'In without values',
      { nodeSelector: { matchExpressions: [{ key: 'a', operator: 'In' }] } },
      'need values',
    ],
    [
      'Block volumes that are to be emptied',
      { layout: { type: 'Block' }, volumes: { clean: 'Delete' } },
      'no files',
    ],
  ])('is refused by the schema itself for %s', async (_, spec, reason) => {
    expect(await apply({ ...selected, ...spec })).toContain(reason);
  });

  it('is accepted when it is plain', async () => {
    const raid = { type: 'RAID' as const, raid: { level: 10 as const, chunk: '512Ki' } };
    expect(await apply({ ...selected, layout: raid, drives: { minCount: 2 } })).toBe('accepted');
  });

  it('is refused by the webhook for what the schema cannot know', async () => {
    await scene.startWebhook();
    const refused = await scene.until('the registration to take effect', async () => {
      const answer = await apply({ ...selected, drives: { include: ['x'], exclude: ['x'] } });
      return answer === 'accepted' ? undefined : answer;
    });
    expect(refused).toContain('profiles.kubectl-nvme.dev');
    expect(refused).toContain('spec.drives.include: Expected `x` in include or in exclude, got it in both');
    expect(await apply({ ...selected, layout: { type: 'LVM', lvm: { slices: 2 } } })).toBe('accepted');
  });
});
