import { describe, expect, it } from 'vitest';
import { VolumeScene } from '../../../builders/volume-scene.ts';

describe('recycling touches no raw drive', () => {
  const name = (scene: VolumeScene) => scene.volume?.metadata?.name ?? '';
  const plugin = 'kubernetes.io~local-volume';
  const cases: [string, (scene: VolumeScene) => unknown, string][] = [
    ['that a process has open', ({ host }) => host.openers.set('/dev/nvme1n1', ['dd (PID 9)']), 'dd (PID 9)'],
    ['that the kernel uses', ({ host }) => host.busy.add('/dev/nvme1n1'), 'EBUSY'],
    [
      'that the kubelet maps',
      (scene) => scene.host.folders.set(`/var/lib/kubelet/plugins/${plugin}/volumeDevices`, [name(scene)]),
      'kubelet still maps',
    ],
    [
      'that a kubelet maps for a pod, under a root of its own',
      (scene) => {
        scene.host.addMount('91 1 0:40 / /data/k/pods/u1/volumes/x/token rw - tmpfs tmpfs rw');
        scene.host.folders.set('/data/k/pods', ['u2']);
        scene.host.folders.set(`/data/k/pods/u2/volumeDevices/${plugin}`, [name(scene)]);
      },
      '/data/k/pods/u2',
    ],
    [
      'that the kubelet maps under the root that the agent was told',
      (scene) => {
        scene.host.kubeletRoot = '/mnt/kubelet';
        scene.host.folders.set(`/mnt/kubelet/plugins/${plugin}/volumeDevices`, [name(scene)]);
      },
      '/mnt/kubelet/plugins',
    ],
    ['by Delete', (scene) => scene.annotateClean('Delete'), 'expected one of Discard, Zero'],
  ];
  it.each(cases)('%s', async (_, change, reason) => {
    const scene = await VolumeScene.released('Discard', 'Block');
    change(scene);
    await scene.round();
    expect(scene.remains).toEqual(['bytes']);
    expect((await scene.status())?.reason).toContain(reason);
    expect(scene.volume?.status?.phase).toBe('Released');
  });
});

describe('recycling a raw drive by Discard', () => {
  const erasures = ({ host }: VolumeScene) => host.programs.filter((line) => line.startsWith('!blkdiscard'));

  it('discards where the drive promises zeros', async () => {
    const scene = await VolumeScene.released('Discard', 'Block');
    await scene.round();
    expect(erasures(scene)).toEqual([expect.stringMatching(/^!blkdiscard \/dev\/disk\/by-id\//)]);
  });

  it.each([undefined, 0, 2])('writes zeros where it promises none (DLFEAT %s)', async (dlfeat) => {
    const scene = await VolumeScene.released('Discard', 'Block');
    scene.host.dlfeat = dlfeat;
    await scene.round();
    expect(erasures(scene)).toEqual([expect.stringContaining('--zeroout')]);
    expect(scene.remains).toEqual([]);
  });

  it('writes zeros where the drive breaks its promise', async () => {
    const scene = await VolumeScene.released('Discard', 'Block');
    scene.host.afterDiscard = 255;
    await scene.round();
    expect(erasures(scene)).toHaveLength(2);
    expect(scene.remains).toEqual([]);
  });
});
