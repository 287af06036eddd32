import { describe, expect, it } from 'vitest';
import { MissingPackagesError, nodeHostPackages, notInstalled } from '../../../../lab/assets/debian.ts';

describe('the host’s Debian packages', () => {
  const wanted = nodeHostPackages.filter(({ name }) => ['gcc', 'kmod', 'qemu-utils'].includes(name));

  it('counts as missing what dpkg never saw and what was removed but not purged', () => {
    expect(notInstalled('installed kmod\nconfig-files gcc\n', wanted)).toEqual(['qemu-utils', 'gcc']);
  });

  it('finds nothing missing when all are installed, of whatever architecture and order', () => {
    expect(
      notInstalled('installed gcc\ninstalled qemu-utils\ninstalled kmod\ninstalled gcc\n', wanted),
    ).toEqual([]);
  });

  it('tells a user who is not root the packages and the command that installs them', () => {
    expect(new MissingPackagesError(['qemu-utils', 'gcc']).message).toBe(
      'the lab needs Debian packages that are not installed: qemu-utils, gcc. Run: ' +
        'sudo apt-get update && sudo apt-get install -y --no-install-recommends qemu-utils gcc',
    );
  });
});
