import { describe, expect, it } from 'vitest';
import {
  builtIn,
  missingDrivers,
  neededModules,
  newestKernelPackage,
} from '../../../../lab/assets/kernel.ts';

const builtinList = builtIn.map((name) => `kernel/drivers/${name}.ko\n`).join('');
const dependencies = neededModules.map((name) => `kernel/net/${name}.ko: kernel/lib/crc32c.ko\n`).join('');

describe('the kernel of the nodes', () => {
  it('is the newest by version, not by the order of letters', () => {
    const search = [
      'linux-image-6.1.0-56-cloud-amd64 - Linux 6.1 for x86-64 cloud (signed)',
      'linux-image-6.12.100+deb12-cloud-amd64 - Linux 6.12 for x86-64 cloud (signed)',
      'linux-image-6.12.117+deb12-cloud-amd64 - Linux 6.12 for x86-64 cloud (signed)',
      'linux-image-6.12.99+deb12-cloud-amd64 - Linux 6.12 for x86-64 cloud (signed)',
      '',
    ].join('\n');
    expect(newestKernelPackage(search)).toBe('linux-image-6.12.117+deb12-cloud-amd64');
  });

  it('is none when the package lists have none', () => {
    expect(newestKernelPackage('')).toBeUndefined();
  });

  it('is accepted with the way to the root disk built in and the rest as modules, compressed or not', () => {
    expect(missingDrivers(builtinList, dependencies)).toEqual([]);
    expect(missingDrivers(builtinList, dependencies.replaceAll('.ko', '.ko.xz'))).toEqual([]);
  });

  it('is refused by name of driver when ext4 is only a module or nvmet-tcp is absent', () => {
    const withoutExt4 = builtinList.replace('kernel/drivers/ext4.ko\n', '');
    const withoutNvmet = dependencies.replace('kernel/net/nvmet-tcp.ko', 'kernel/net/other.ko');
    expect(missingDrivers(withoutExt4, `${withoutNvmet}kernel/fs/ext4.ko:\n`)).toEqual([
      'ext4 (built in)',
      'nvmet-tcp',
    ]);
  });
});
