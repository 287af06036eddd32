import { describe, expect, it } from 'vitest';
import { withDefaults } from '../../../../api/defaults.ts';
import type { KubeletFacts, Snapshot } from '../../../../api/snapshot.ts';
import { takeInventory } from '../../../../agent/inventory/classify.ts';
import { kubeletGate } from '../../../../agent/plan/kubelet-gate.ts';
import { kubelet, KUBELET_CONFIG, limitedKubelet } from '../../../builders/kubelet.ts';
import { machine } from '../../../builders/machine.ts';

function gate(snapshot: Partial<Snapshot>, { configureKubelet = true, strict = true, gcp = false } = {}) {
  const { drives } = withDefaults();
  const provider = gcp ? 'gcp' : 'aws';
  const inventory = takeInventory(machine({ snapshot }), { provider, drives, strict, volumes: [] });
  return kubeletGate(inventory, { configureKubelet });
}

const file = (path: string, more: Partial<KubeletFacts['files'][number]> = {}) => ({
  path,
  read: true,
  ...more,
});
const DIR = '/etc/kubernetes/kubelet.conf.d';

describe('before swap is switched on, the kubelet', () => {
  it('is left alone when it runs with swap allowed and limited', () => {
    expect(gate({ kubelet: limitedKubelet() })).toEqual({ steps: [], kubelet: 'Checked' });
  });

  it.each<[string, KubeletFacts, string, string]>([
    ['its file, where one is named', kubelet(), 'file', KUBELET_CONFIG],
    [
      'GKE’s file',
      kubelet({ configPath: '/home/kubernetes/kubelet-config.yaml' }),
      'file',
      '/home/kubernetes/kubelet-config.yaml',
    ],
    [
      'k0s’s file',
      kubelet({ unit: 'k0sworker.service', configPath: '/run/k0s/kubelet.yaml' }),
      'file',
      '/run/k0s/kubelet.yaml',
    ],
    [
      'a drop-in, where it reads a directory',
      kubelet({ configDir: DIR }),
      'drop-in',
      `${DIR}/99-kubectl-nvme-swap.conf`,
    ],
  ])('is configured in %s', (_, facts, how, path) => {
    expect(gate({ kubelet: facts }).steps).toEqual([
      expect.objectContaining({ kind: 'configure-kubelet', how, path, unit: facts.unit }),
    ]);
  });

  it('gets its first file by the variable of its unit, as on Azure', () => {
    const { configPath: _, ...facts } = kubelet({ configVariable: true, files: [] });
    expect(gate({ kubelet: facts }).steps).toEqual([
      expect.objectContaining({ how: 'variable', path: '/var/lib/kubelet/config.yaml' }),
    ]);
  });

  it('is configured by Bottlerocket’s API, before it runs as well', () => {
    const files = { '/usr/bin/apiclient': true };
    expect(gate({ files, kubelet: kubelet() }).steps).toEqual([
      expect.objectContaining({ how: 'bottlerocket' }),
    ]);
    expect(gate({ files })).toMatchObject({ kubelet: 'NotRunning', steps: [{ how: 'bottlerocket' }] });
  });

  it('is configured again when its file says so but it still runs with the old one', () => {
    const said = file(KUBELET_CONFIG, { failSwapOn: false, swapBehavior: 'LimitedSwap', read: false });
    expect(gate({ kubelet: kubelet({ files: [said] }) }).steps).toHaveLength(1);
  });

  it.each<[string, Partial<Snapshot>, string]>([
    ['is not seen', {}, 'no running kubelet was found'],
    [
      'has a flag that outranks its files',
      { kubelet: kubelet({ failSwapOnFlag: true }) },
      '--fail-swap-on=true',
    ],
    [
      'has a later drop-in that says otherwise',
      { kubelet: kubelet({ configDir: DIR, files: [file(`${DIR}/zz.conf`, { failSwapOn: true })] }) },
      `${DIR}/zz.conf comes after ours`,
    ],
    [
      'runs without a file',
      { kubelet: { unit: 'kubelet.service', pid: 1, files: [] } },
      'runs without --config',
    ],
    [
      'could not be read',
      { errors: { kubelet: 'EIO' }, kubelet: limitedKubelet() },
      'could not be read: EIO',
    ],
    [
      'did not come up with swap allowed in this boot',
      {
        kubelet: kubelet(),
        kubeletChange: {
          state: 'TakenBack',
          how: 'file',
          path: '/x',
          unit: 'kubelet.service',
          message: 'gone',
        },
      },
      'its configuration was put back (gone)',
    ],
  ])('forbids it while it %s', (_, snapshot, why) => {
    expect(gate(snapshot)).toMatchObject({ steps: [], blocked: expect.stringContaining(why) as string });
  });

  it('is seen through a change that was interrupted, whatever it shows', () => {
    const kubeletChange = { state: 'Unfinished', how: 'file', path: '/x', unit: 'kubelet.service' } as const;
    expect(gate({ kubelet: limitedKubelet(), kubeletChange }).steps).toEqual([
      expect.objectContaining({ kind: 'configure-kubelet', path: '/x' }),
    ]);
  });

  it('may be left to its owner: swap then needs failSwapOn: false in the running configuration', () => {
    const configureKubelet = false;
    expect(gate({ kubelet: kubelet() }, { configureKubelet }).blocked).toContain('failSwapOn: true');
    const allowed = kubelet({ files: [file(KUBELET_CONFIG, { failSwapOn: false })] });
    expect(gate({ kubelet: allowed }, { configureKubelet })).toEqual({ steps: [], kubelet: 'Checked' });
    const unread = kubelet({ files: [file(KUBELET_CONFIG, { failSwapOn: false, read: false })] });
    expect(gate({ kubelet: unread }, { configureKubelet }).blocked).toContain('older configuration');
  });

  it('of a recorded machine that tells nothing of it is configured where its cloud has the file', () => {
    expect(gate({}, { strict: false, gcp: true }).steps).toEqual([
      expect.objectContaining({ path: '/home/kubernetes/kubelet-config.yaml' }),
    ]);
  });
});
