import { describe, expect, it } from 'vitest';
import { withDefaults } from '../../../../api/defaults.ts';
import type { VolumeState, VolumeStatus } from '../../../../api/node.ts';
import type { Planned } from '../../../../agent/plan/planned.ts';
import { readiness, type Situation } from '../../../../agent/report/readiness.ts';

const volume = (state: VolumeState): VolumeStatus => ({
  name: `v-${state}`,
  state,
  path: '/pv-disks/x/data',
  capacity: 1,
  identity: 'x',
});

const planned = ({
  candidates = ['/dev/nvme1n1'],
  refusals = [],
  steps = [],
  ...rest
}: Partial<
  Pick<Planned['plan'], 'candidates' | 'refusals'> & Omit<Planned, 'plan' | 'volumes'>
> = {}): Planned => ({
  plan: {
    id: 'p',
    for: 'setup',
    layout: withDefaults({}).layout,
    provider: 'generic',
    drives: [],
    candidates,
    steps: steps.map(({ name }) => ({ name, command: [] })),
    refusals,
  },
  steps,
  volumes: [],
  stale: [],
  ...rest,
});
const step: Planned['steps'][number] = {
  kind: 'make-data-directory',
  name: 'make it',
  mountPath: '/m',
  uuid: 'u',
};

const situation = (change: Partial<Situation> = {}): Situation => ({
  spec: withDefaults({ drives: { minCount: 1 } }),
  hasProfile: true,
  planned: planned(),
  volumes: [volume('Available')],
  waitingForRequest: false,
  ...change,
});

const request = { id: 'r', type: 'setup' as const, planID: 'p' };
const waiting = { planned: planned({ steps: [step] }), waitingForRequest: true };

/** One drive with an Available volume, one with a directory of nobody. */
function twoVolumes(minCount: number): Partial<Situation> {
  const known = { mode: 'Filesystem' as const, device: '', fsType: 'ext4' as const, mountPath: '', path: '' };
  const volumes = ['x', 'y'].map((identity) => ({ ...known, identity, drives: [`drive-${identity}`] }));
  return {
    spec: withDefaults({ drives: { minCount } }),
    planned: { ...planned({ candidates: ['/dev/nvme1n1', '/dev/nvme2n1'] }), volumes },
    volumes: [volume('Available'), { ...volume('Unclaimed'), identity: 'y' }],
  };
}

describe('the decision that the taint hangs on', () => {
  it.each<[string, Partial<Situation>, string]>([
    ['all volumes are published', {}, 'VolumesPublished'],
    ['volumes are in use', { volumes: [volume('Bound'), volume('Released')] }, 'VolumesPublished'],
    [
      'it is degraded with the rest published',
      { planned: planned({ degraded: 'a drive is gone' }) },
      'VolumesPublished',
    ],
    ['a volume is stuck and enough are left', twoVolumes(1), 'VolumesPublished'],
    ['it has drifted', { planned: planned({ drift: 'is RAID' }) }, 'VolumesPublished'],
    [
      'the platform owns the drives',
      { planned: planned({ standDown: 'EKS', candidates: [] }) },
      'PlatformOwnsDrives',
    ],
    [
      'it has no drives and needs none',
      { spec: withDefaults({}), planned: planned({ candidates: [] }), volumes: [] },
      'NoDrives',
    ],
  ])('lets pods in when %s', (_, change, reason) => {
    expect(readiness(situation(change))).toMatchObject({ ready: true, reason });
  });

  const refusals = [{ path: '/dev/nvme1n1', reason: 'ext4 filesystem' }];
  it.each<[string, Partial<Situation>, string]>([
    ['no profile matches', { hasProfile: false }, 'NoProfile'],
    ['the drives hold data', { planned: planned({ candidates: [], refusals }) }, 'ExistingData'],
    [
      'the drives hold data, although none are required',
      { spec: withDefaults({}), planned: planned({ candidates: [], refusals }), volumes: [] },
      'ExistingData',
    ],
    ['it has fewer drives than wanted', { planned: planned({ candidates: [] }) }, 'TooFewDrives'],
    ['the kubelet does not know the hugepages yet', { kubeletLag: '32, not 0' }, 'KubeletRestartNeeded'],
    ['steps are left', { planned: planned({ steps: [step] }) }, 'SettingUp'],
    [
      'a person must ask',
      { planned: planned({ steps: [step] }), waitingForRequest: true },
      'WaitingForRequest',
    ],
    [
      'a person paused it with steps left',
      { planned: planned({ steps: [step] }), pause: { by: 'alice', why: '' } },
      'PausedByUser',
    ],
    [
      'a reset left it raw',
      { planned: planned({ steps: [step] }), pause: { by: 'nvme-agent', why: 'reset' } },
      'Reset',
    ],
    ['a volume is not published yet', { volumes: [volume('Publishing')] }, 'SettingUp'],
    ['its only directory holds files of nobody', { volumes: [volume('Unclaimed')] }, 'ExistingData'],
    ['too few volumes are left beside a stuck one', twoVolumes(2), 'ExistingData'],
    ['a volume is not mounted yet', { ...twoVolumes(1), volumes: [volume('Available')] }, 'SettingUp'],
    ['a request was for another plan', { ...waiting, request: { ...request, planID: 'old' } }, 'PlanChanged'],
    ['a request was for this plan and nobody began', { ...waiting, request }, 'WaitingForRequest'],
    ['something failed', { failure: { reason: 'StepFailed', message: 'mkfs' } }, 'StepFailed'],
  ])('keeps pods out when %s', (_, change, reason) => {
    expect(readiness(situation(change))).toMatchObject({ ready: false, reason });
  });

  it('names each drive that was left alone, with the reason', () => {
    const { message } = readiness(situation({ planned: planned({ candidates: [], refusals }) }));
    expect(message).toContain('/dev/nvme1n1: ext4 filesystem');
  });
});
