import { describe, expect, it } from 'vitest';
import { deviceMounts, rootMountOf } from '../../../../agent/host/root-mount.ts';

describe('the host’s root', () => {
  const seen =
    (...paths: string[]) =>
    (path: string) =>
      paths.includes(path);

  it.each([
    ['/host', 'in our DaemonSet', ['/host/proc/1', '/.bottlerocket/rootfs/proc/1']],
    ['/.bottlerocket/rootfs', 'in a bootstrap container', ['/.bottlerocket/rootfs/proc/1']],
    ['/', 'on a host', []],
    ['/', 'where a folder has that name and no machine in it', ['/host', '/.bottlerocket/rootfs']],
  ])('is %s %s', (root, _, paths) => {
    expect(rootMountOf(seen(...paths))).toBe(root);
  });
});

describe('the host’s devices', () => {
  const on =
    (devices: Readonly<Record<string, number>>) =>
    (path: string): Promise<number | undefined> =>
      Promise.resolve(devices[path]);
  const root = '/.bottlerocket/rootfs';

  it('are put where programs look for them in a bootstrap container', async () => {
    const deviceOf = on({ '/dev': 40, [`${root}/dev`]: 5, [`${root}/run/udev`]: 6 });
    expect(await deviceMounts(root, deviceOf)).toEqual([
      ['mount', '--rbind', '--make-rslave', `${root}/dev`, '/dev'],
      ['mkdir', '-p', '/run/udev'],
      ['mount', '--rbind', '--make-rslave', `${root}/run/udev`, '/run/udev'],
    ]);
  });

  it('are put there once', async () => {
    const deviceOf = on({ '/dev': 5, [`${root}/dev`]: 5, '/run/udev': 6, [`${root}/run/udev`]: 6 });
    expect(await deviceMounts(root, deviceOf)).toEqual([]);
  });

  it.each(['/host', '/'])('are there already with the root at %s', async (mount) => {
    expect(await deviceMounts(mount, on({ '/dev': 40, [`${mount}/dev`]: 5 }))).toEqual([]);
  });
});
