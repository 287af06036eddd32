import { describe, expect, it } from 'vitest';
import { containerdConfig } from '../../../../lab/assets/containerd-root.ts';
import { mmdebstrapArguments } from '../../../../lab/assets/rootfs.ts';

describe('the node disk', () => {
  it('has its images unpacked by a containerd whose every path lies in its own two folders', () => {
    const config = containerdConfig('/cache/disk/root', '/tmp/work', '/tmp/work/c.sock');
    const paths = [...config.matchAll(/"(\/[^"]*)"/g)].map(([, path]) => path);
    expect(paths).toEqual([
      '/cache/disk/root',
      '/tmp/work/state',
      '/tmp/work/c.sock',
      '/tmp/work/c.sock.ttrpc',
    ]);
    expect(config).toMatch(/disabled_plugins = .*io\.containerd\.cri\.v1\.images/);
  });

  it('is installed without documentation, from the list of packages', () => {
    expect(mmdebstrapArguments(['udev', 'lvm2'], '/tree')).toEqual(
      expect.arrayContaining(['--include=udev,lvm2', '--dpkgopt=path-exclude=/usr/share/doc/*']),
    );
  });
});
